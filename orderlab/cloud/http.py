"""A request and a response, as plain values: no sockets, no framework."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

JSON_1_0 = "application/x-amz-json-1.0"


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. Header names are in lower case; `path` is percent-encoded as it was sent."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes
    source_ip: str = "127.0.0.1"
    # every header as it was sent, repeated ones included
    raw_headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def host(self) -> str:
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
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
        # half a surrogate pair cannot be sent; whoever let it in answers with a question mark
        body = text.encode("utf-8", "replace")
        return cls(status, body, [("content-type", content_type), *(headers or [])])
