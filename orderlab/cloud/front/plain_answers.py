"""An answer as it stands on the wire, for answers without anything odd in their heads.

Others are left to uvicorn, which knows answers in chunks, answers without a body, and connections
that end.

https://datatracker.ietf.org/doc/html/rfc9112#name-status-line
"""

from __future__ import annotations

import re
from functools import lru_cache

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from orderlab.cloud.http import Response

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# these say something about the connection or the body
_MEANING_MORE = frozenset({"connection", "content-length", "transfer-encoding", "upgrade"})
_WITHOUT_BODY = (204, 304)


def plain_answer(response: Response) -> bytes | None:
    """The answer in one piece; None if uvicorn should write it."""
    status = response.status
    if status in _WITHOUT_BODY or status < 200:
        return None
    lines = [_status_line(status)]
    for name, value in response.headers:
        known = _known(name)
        if not known or not (value.isascii() and value.isprintable()):
            return None
        lines.append(f"{known}: {value}\r\n")
    lines.append(f"content-length: {len(response.body)}\r\n\r\n")
    return "".join(lines).encode("ascii") + response.body


@lru_cache(maxsize=256)
def _known(name: str) -> str:
    """The name in lower case; empty if it is none, or one that means more."""
    lower = name.lower()
    return lower if _NAME.fullmatch(name) and lower not in _MEANING_MORE else ""


@lru_cache(maxsize=64)
def _status_line(status: int) -> str:
    return STATUS_LINE[status].decode("ascii")
