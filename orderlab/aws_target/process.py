"""This process's own AWS settings: what plain `boto3.client(...)` and programs started here use."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from orderlab.aws_target.guard import guard

# A profile or a session of the user's own, and switches that lead calls past AWS_ENDPOINT_URL.
_IN_THE_WAY = (
    "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_CREDENTIAL_EXPIRATION",
)  # fmt: skip
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_LOOPBACK = "127.0.0.1"


def use_in_this_process(target: Any, listen: Callable[..., Any]) -> None:
    """Point plain `boto3.client(...)` of this process at a target's cloud.

    `listen(register, register_last, is_ours)` is told of the calls, as a journal is. Also keeps a
    slip from reaching a real account: its keys are no longer in the environment, and a program
    that knows nothing of AWS_ENDPOINT_URL has only keys that AWS does not know.
    """
    import boto3
    import botocore.session

    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")]:
        os.environ.pop(name)
    for name in _IN_THE_WAY:
        os.environ.pop(name, None)
    os.environ.update(target.environment())
    _past_proxies()
    session = botocore.session.Session()
    events = session.get_component("event_emitter")
    guard(events.register_first, target)
    listen(
        events.register,
        events.register_last,
        lambda url: url.startswith(f"{target.endpoint}/"),
    )
    boto3.setup_default_session(botocore_session=session)


def _past_proxies() -> None:
    """Calls to this machine go to no proxy."""
    if not any(os.environ.get(name) for name in _PROXIES):
        return
    for name in ("no_proxy", "NO_PROXY"):
        spared = [each for each in os.environ.get(name, "").split(",") if each.strip()]
        if _LOOPBACK not in spared:
            os.environ[name] = ",".join([*spared, _LOOPBACK])
