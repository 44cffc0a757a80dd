"""A client of an API: one request, or many at a time, and what came back."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.threads import side_by_side


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP; `headers` have lower-case names."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def by_the_gateway(self) -> bool:
        """Whether API Gateway refused the request itself, before it called anything behind it."""
        return "x-amzn-errortype" in self.headers and self.status < 500

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.text)


def request(
    url: str,
    body: Any = None,
    *,
    method: str = "POST",
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request and return its answer, whatever the status.

    `body` is text, or a value that is sent as JSON; None sends no body.
    """
    data = _encoded(body)
    sent = {"Content-Type": content_type, **(headers or {})}
    made = urllib.request.Request(url, data, sent, method=method)
    # no proxy: the address is on this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(made, timeout=30) as response:
            return _answer(response.status, response)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _answer(refusal.code, refusal)


def _encoded(body: Any) -> bytes | None:
    if body is None:
        return None
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def signature(
    target: Target, url: str, body: Any, method: str, content_type: str
) -> dict[str, str]:
    """The headers that sign a request to an API as the session's own user (SigV4)."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    keys = target.client("sts")._request_signer._credentials
    sent = AWSRequest(method, url, {"Content-Type": content_type}, _encoded(body))
    SigV4Auth(keys, "execute-api", target.region).add_auth(sent)
    return dict(sent.headers.items())


def _answer(status: int, response: Any) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status, response.read().decode("utf-8", "replace"), headers)


def many(
    url: str,
    bodies: Sequence[Any],
    *,
    clients: int = 8,
    headers: Mapping[str, str] | None = None,
) -> list[Answer]:
    """POST every body from `clients` connections at a time; the answers in the bodies' order."""
    return side_by_side(lambda body: request(url, body, headers=headers), bodies, clients)
