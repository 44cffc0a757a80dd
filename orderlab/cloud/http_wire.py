"""Requests and responses as they stand on the wire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus

import httptools

from orderlab.cloud.http import Request, Response

_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
# what would end a header, or begin another
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\uffff()<>@,;:\[\]={} \t\\"]')
_NOT_IN_VALUES = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# a body up to this size travels in one piece with its head: one system call, one wake-up
_ONE_PIECE_BYTES = 64 * 1024


def request_of(
    method: str, url: bytes, headers: Sequence[tuple[bytes, bytes]], body: bytes, source_ip: str
) -> Request:
    """A request as the parser found it.

    Raises ValueError (UnicodeDecodeError) or httptools' error for an address that is none.
    """
    address = httptools.parse_url(url)
    raw = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    merged: dict[str, str] = {}
    for name, value in raw:
        lower = name.lower()
        merged[lower] = f"{merged[lower]},{value}" if lower in merged else value
    return Request(
        method=method,
        path=(address.path or b"/").decode("ascii"),
        query_string=(address.query or b"").decode("latin-1"),
        headers=merged,
        body=body,
        source_ip=source_ip,
        # names as they were sent: a function behind an API sees them so
        raw_headers=raw,
    )


def pieces_of(response: Response, *, head_only: bool, keep_alive: bool) -> list[bytes]:
    """A response as it is sent. Raises ValueError for headers that cannot be."""
    lines = [f"HTTP/1.1 {_status_line(response.status)}"]
    for name, value in response.headers:
        wire_name = _wire_name(name)
        if wire_name != "content-length":
            if not value.isprintable() and _NOT_IN_VALUES.search(value):
                raise ValueError(f"header {name} has a value that cannot be sent")
            lines.append(f"{wire_name}: {value}")
    lines.append(f"content-length: {len(response.body)}")
    if not keep_alive:
        lines.append("connection: close")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    if head_only or response.status in (204, 304):
        return [head]
    if len(response.body) <= _ONE_PIECE_BYTES:
        return [head + response.body]
    return [head, response.body]


def _status_line(status: int) -> str:
    if not 100 <= status <= 599:
        raise ValueError(f"{status} is no status of HTTP")
    return _STATUS_LINES.get(status) or f"{status} "


@lru_cache(maxsize=1024)
def _wire_name(name: str) -> str:
    if not name or _NOT_IN_NAMES.search(name):
        raise ValueError(f"{name!r} is no name of a header")
    return name.lower()
