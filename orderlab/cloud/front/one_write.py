"""A response in one write.

uvicorn writes the head of a response and its body apart: two system calls here, and a client that
is woken for the head only to wait for the body.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class OneWrite(HttpToolsProtocol):
    """uvicorn's own protocol, on a transport that gathers what is written in one turn."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the gathering transport in place of the one that was given."""
        self.gathering = Gathering(transport)
        stands_for_it: Any = self.gathering
        super().connection_made(stands_for_it)


class Gathering:
    """A transport that hands on what was written when the event loop comes round, in one piece."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)

    def write_whole(self, answer: bytes) -> None:
        """Write what nothing will follow; it need not wait for the loop to come round."""
        if self._pieces:
            self._pieces.append(answer)
        elif not self._transport.is_closing():
            self._transport.write(answer)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def write_eof(self) -> None:
        self._flush()
        self._transport.write_eof()

    def _flush(self) -> None:
        pieces, self._pieces = self._pieces, []
        if pieces and not self._transport.is_closing():
            self._transport.write(pieces[0] if len(pieces) == 1 else b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
