"""Header names as the client wrote them.

uvicorn hands headers on in lower case; a function behind an API sees `X-Request-Id` or
`x-request-id`, whichever was sent, and code that reads one of them must find it.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# where the names travel: extensions are ASGI's place for what servers add
EXTENSION = "orderlab.header_names"
# a list that keeps nothing of what is appended to it
DROPPED: Any = deque(maxlen=0)


class NamesAsSent(HttpToolsProtocol):
    """uvicorn's own protocol, which keeps the names beside the headers, in the same order."""

    def on_message_begin(self) -> None:
        """A request begins: no name of it is known yet."""
        super().on_message_begin()
        self._names: list[bytes] = []
        scope: Any = self.scope
        scope["extensions"] = {EXTENSION: {"names": self._names}}

    def on_headers_complete(self) -> None:
        """The head is complete; names of trailers are not kept."""
        super().on_headers_complete()
        self._names = DROPPED

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, and keep its name as it was sent."""
        super().on_header(name, value)
        self._names.append(name)


def names_as_sent(scope: dict[str, Any]) -> list[bytes]:
    """The names, one for each header of the scope; in lower case where they are not known."""
    found = scope.get("extensions", {}).get(EXTENSION, {}).get("names")
    return found if found is not None else [name for name, _ in scope["headers"]]
