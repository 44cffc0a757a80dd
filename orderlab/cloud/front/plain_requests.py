"""Requests in the form that SDKs write, which came whole: read in one step.

The parser of HTTP calls back for each header, and knows every odd form of a request. What is here
knows one form only: a request line, headers without anything odd, a body whose length is given, and
nothing behind it. It returns None for all else, which the parser then reads.

https://datatracker.ietf.org/doc/html/rfc9112#name-message-format
"""

from __future__ import annotations

import re

from orderlab.cloud.http import Request

# what came of a request at once is not longer than this
MOST_BYTES = 64 * 1024
MOST_HEAD_BYTES = 8 * 1024
MOST_HEADERS = 100
# a path and a query in which nothing would have to be escaped
_LINE = re.compile(
    r"(POST|GET|PUT|DELETE|PATCH) (/[!$-;=@-Z_a-z~]*)(?:\?([!$-;=?-Z_a-z~]*))? HTTP/1\.1\r\n"
)
# A line without spaces around the value. Together with a count of the lines: all are of this form.
_HEADER = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+): (?! )([ -~]*)(?<! )\r\n", re.MULTILINE)
# how a body may be sent otherwise, and what asks for more than an answer
_UNCOMMON = frozenset({"transfer-encoding", "expect", "upgrade"})


def read_plain(data: bytes, source_ip: str) -> Request | None:
    """The request that `data` is, if it is one in the plain form; its body may be empty."""
    end = data.find(b"\r\n\r\n", 0, MOST_HEAD_BYTES)
    if end < 0 or len(data) > MOST_BYTES:
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
    body = data[end + 4 :]
    if headers.get("content-length", "0") != str(len(body)):
        return None
    if headers.get("connection", "keep-alive") != "keep-alive":
        return None
    method, path, query_string = line.groups("")
    return Request(method, path, query_string, headers, body, source_ip, 0, found)
