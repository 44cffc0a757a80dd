"""A server in an account's place: one that boto3's own settings point every service at.

Whoever tries the account's path on a server sets AWS_ENDPOINT_URL, or `endpoint_url` in a profile.
It answers for the APIs' addresses, too, and is not called a real account.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from orderlab.aws_target.session import environment_of

_AWS_OWN = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def stand_in_of(session: Any) -> str:
    """The address that a boto3 session's settings name for all services; empty if it is AWS's."""
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return ""
    settings = session._session.get_scoped_config()
    given = str(os.environ.get("AWS_ENDPOINT_URL") or settings.get("endpoint_url") or "")
    host = urlsplit(given).hostname or ""
    return "" if host.endswith(_AWS_OWN) else given.rstrip("/")


def environment_at(endpoint: str, session: Any, region: str) -> dict[str, str]:
    """The variables that point a process at the server, with the keys of the session."""
    keys = session.get_credentials().get_frozen_credentials()
    found = environment_of(endpoint, keys.access_key, keys.secret_key, region)
    return {**found, "AWS_SESSION_TOKEN": keys.token} if keys.token else found
