"""Requests in the form that SDKs write: the head is read in one step.

The parser of HTTP calls back for each header, and knows every odd form of a request. What is here
knows one form only: a request line, headers without anything odd, a short body whose length is
given, and nothing behind it. It returns None for all else, which the parser then reads.

https://datatracker.ietf.org/doc/html/rfc9112#name-message-format
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orderlab.cloud.http import Request

# such bodies are read without asking whether there is memory for them
MOST_BODY_BYTES = 64 * 1024
MOST_HEAD_BYTES = 8 * 1024
MOST_HEADERS = 100
# a body that comes in more pieces is put together meanwhile, since each takes memory of its own
MOST_PIECES = 128
# a path and a query in which nothing would have to be escaped
_LINE = re.compile(
    r"(POST|GET|PUT|DELETE|PATCH) (/[!$-;=@-Z_a-z~]*)(?:\?([!$-;=?-Z_a-z~]*))? HTTP/1\.1\r\n"
)
# A line without spaces around the value. Together with a count of the lines: all are of this form.
_HEADER = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+): (?! )([ -~]*)(?<! )\r\n", re.MULTILINE)
_LENGTH = re.compile("[0-9]{1,5}")
# how a body may be sent otherwise, and what asks for more than an answer
_UNCOMMON = frozenset({"transfer-encoding", "expect", "upgrade", "proxy-connection"})


@dataclass(slots=True)
class Plain:
    """A request in the plain form, the pieces of its body that have come, and what is missing."""

    request: Request
    pieces: list[bytes]
    missing: int

    def take(self, data: bytes) -> bytes:
        """Take more of the body. Returns what stands behind it."""
        missing = self.missing
        piece, rest = (data, b"") if len(data) <= missing else (data[:missing], data[missing:])
        self.pieces.append(piece)
        self.missing = missing - len(piece)
        if len(self.pieces) > MOST_PIECES:
            self.pieces = [b"".join(self.pieces)]
        return rest

    def whole(self) -> Request:
        """The request with its body. Nothing may be missing any more."""
        pieces = self.pieces
        self.request.body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return self.request


def read_plain(data: bytes, source_ip: str) -> Plain | None:
    """The request with which `data` begins, if it is in the plain form and nothing follows it."""
    end = data.find(b"\r\n\r\n", 0, MOST_HEAD_BYTES)
    if end < 0:
        return None
    head = data[: end + 2].decode("latin-1")
    line = _LINE.match(head)
    if line is None:
        return None
    start = line.end()
    found = _HEADER.findall(head, start)
    headers = {name.lower(): value for name, value in found}
    if len(headers) != head.count("\n", start) or len(found) != len(headers):
        return None
    if len(found) > MOST_HEADERS or not _UNCOMMON.isdisjoint(headers):
        return None
    if headers.get("connection", "keep-alive") != "keep-alive":
        return None
    announced = headers.get("content-length", "0")
    if _LENGTH.fullmatch(announced) is None:
        return None
    length, body = int(announced), data[end + 4 :]
    if not len(body) <= length <= MOST_BODY_BYTES:
        return None
    method, path, query_string = line.groups("")
    request = Request(method, path, query_string, headers, b"", source_ip, 0, found)
    return Plain(request, [body] if body else [], length - len(body))
