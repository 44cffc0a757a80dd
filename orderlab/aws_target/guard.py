"""Events of boto3 clients that tell at once when their cloud is gone, and find it where it is now.

Without them a call to a cloud that is gone is tried again and again, and ends in a traceback of
sixty lines that does not say what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Guarded(Protocol):
    """What has clients: it knows where the cloud is and was, and whether it still runs."""

    endpoint: str
    earlier_endpoints: tuple[str, ...]

    def require(self, *, look: bool = False) -> None:
        """Raise CloudGone if the cloud has stopped. `look`: also if it is not a child of ours."""


def guard(register_first: Callable[..., Any], target: Guarded) -> None:
    """Listen to the events of a client, or of a botocore session and the clients that it makes."""

    def before_sign(request: Any, **_: Any) -> None:
        for earlier in target.earlier_endpoints:
            if _is_at(request.url, earlier):
                request.url = target.endpoint + request.url.removeprefix(earlier)
        # another program may have the port by now, and is not to be sent anything
        if _is_at(request.url, target.endpoint):
            target.require()

    def needs_retry(caught_exception: Exception | None = None, **about: Any) -> None:
        if caught_exception is not None:
            url = str(about.get("request_dict", {}).get("url", ""))
            if any(_is_at(url, each) for each in (target.endpoint, *target.earlier_endpoints)):
                target.require(look=True)

    register_first("before-sign", before_sign)
    register_first("needs-retry", needs_retry)


def _is_at(url: str, endpoint: str) -> bool:
    return url.startswith(endpoint) and url[len(endpoint) : len(endpoint) + 1] in ("", "/", "?")
