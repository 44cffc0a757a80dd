"""A request and a response, as plain values: no sockets, no framework."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
JSON_1_0 = "application/x-amz-json-1.0"


# not frozen, since one is made for every call: that would take four times as long
@dataclass(slots=True)
class Request:
    """What came in. Header names are in lower case; `path` is percent-encoded as it was sent."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes
    source_ip: str = "127.0.0.1"
    # the most bytes that a body may have here, if this one has more and was not read; otherwise 0
    limit_exceeded: int = 0
    # every header with its name as it was sent, repeated ones included
    raw_headers: Sequence[tuple[str, str]] = ()

    @property
    def host(self) -> str:
        """The Host header; empty if there is none."""
        return self.headers.get("host", "")


@dataclass(slots=True)
class Response:
    """What goes out."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def json(
        cls,
        content: Any,
        *,
        status: int = 200,
        content_type: str = "application/json",
        headers: list[tuple[str, str]] | None = None,
    ) -> Response:
        """A response whose body is JSON. Half a surrogate pair becomes a question mark."""
        text = _encode(content)
        # Half a surrogate pair cannot be encoded, and is replaced by a question mark.
        body = text.encode("utf-8", "replace")
        return cls(status, body, [("content-type", content_type), *(headers or [])])
