"""This process's own AWS settings: what plain `boto3.client(...)` and programs started here use."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from orderlab.aws_target.base import ACCOUNT
from orderlab.aws_target.guard import guard
from orderlab.aws_target.loopback import keep_local, keep_this_process_local

# A profile or a session of the user's own, and switches that lead calls past AWS_ENDPOINT_URL.
_IN_THE_WAY = (
    "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_CREDENTIAL_EXPIRATION",
    # where credentials would be fetched from, over the network
    "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)  # fmt: skip
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_LOOPBACK = ("127.0.0.1", "localhost")


def use_in_this_process(target: Any, listen: Callable[..., Any]) -> None:
    """Point plain `boto3.client(...)` of this process at a target's cloud.

    `listen(register, register_last, is_ours)` is told of the calls, as a journal is. Also keeps a
    slip from reaching a real account: its keys are no longer in the environment, a program that
    knows nothing of AWS_ENDPOINT_URL has only keys that AWS does not know, and no botocore session
    made from now on sends anything to another machine.
    """
    if ACCOUNT in target.can:
        _use_an_account(target, listen)
        return
    import boto3
    import botocore.session

    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")]:
        os.environ.pop(name)
    for name in _IN_THE_WAY:
        os.environ.pop(name, None)
    os.environ.update(target.environment())
    _past_proxies()
    keep_this_process_local()
    session = botocore.session.Session()
    events = session.get_component("event_emitter")
    guard(events.register_first, target)
    keep_local(events.register_last)
    target.put_marks_on(events.register)
    listen(
        events.register,
        events.register_last,
        lambda url: url.startswith(f"{target.endpoint}/"),
    )
    boto3.setup_default_session(botocore_session=session)


def _use_an_account(target: Any, listen: Callable[..., Any]) -> None:
    """The user's own settings stay; what plain clients make is marked as the lab's own is."""
    import boto3
    import botocore.session

    os.environ.update(target.environment())
    session = botocore.session.Session()
    events = session.get_component("event_emitter")
    target.put_marks_on(events.register)
    listen(events.register, events.register_last)
    boto3.setup_default_session(botocore_session=session)


def _past_proxies() -> None:
    """Calls to this machine go to no proxy."""
    if not any(os.environ.get(name) for name in _PROXIES):
        return
    for name in ("no_proxy", "NO_PROXY"):
        spared = [each for each in os.environ.get(name, "").split(",") if each.strip()]
        missing = [each for each in _LOOPBACK if each not in spared]
        if missing:
            os.environ[name] = ",".join([*spared, *missing])
