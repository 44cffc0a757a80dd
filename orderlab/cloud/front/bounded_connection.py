"""One connection of a client, and what it may ask of the server before it is answered.

The parser of HTTP takes heads of any length, and any number of requests that are sent ahead of
their answers. Here a head that is too long is refused while it arrives, and a client that sends
ahead is read no further until its first requests are answered.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from orderlab.cloud.front.header_names import DROPPED

# of the request line, of one header, and of all of them
MAX_LINE_BYTES = 16 * 1024
MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 200
# requests that wait behind the one that is being answered
MAX_AHEAD = 64
# How much a client may still send of a body that is not read, and after a refusal.
MAX_UNREAD_BYTES = 80 * 1024 * 1024
MAX_PARTING_BYTES = 1024 * 1024
# what stands around the pieces of a body and behind it, in all and for each byte of the body
MAX_FRAMING_BYTES = 64 * 1024
MAX_FRAMING_OF_A_BYTE = 16
# Parsed at once. A piece of the smallest requests makes 450 of them.
_PIECE_BYTES = 8 * 1024


class HeadRefused(Exception):
    """Raised within the parser, which then stops."""


class Flow(FlowControl):
    """Reading stays paused as long as there is something that was read and not parsed."""

    held = False

    def resume_reading(self) -> None:
        """Read on, unless there is something left to parse."""
        if not self.held:
            super().resume_reading()


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's own protocol, with bounds. `phase` and `received` are for who watches the pace.

    `come` is called with each connection that was made.
    """

    def __init__(self, come: Callable[[BoundedConnection], None], **uvicorns_own: Any) -> None:
        super().__init__(**uvicorns_own)
        self._come = come

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count what the client sends."""
        super().connection_made(transport)
        self.flow: Flow = Flow(self.transport)
        self.source_ip = self.client[0] if self.client else "127.0.0.1"
        self.heard = self.loop.time()
        self.received = 0
        self.requests = 0
        self._in_head = self._in_body = self._leaving = False
        self._head_bytes = self._unread = self._body_bytes = self._framing = 0
        self._held = b""
        self._refusal: tuple[int, str] | None = None
        self._come(self)

    @property
    def phase(self) -> str:
        """What the other side should be doing; empty if nothing is expected of it."""
        if self._leaving:
            return "leaving"
        if self.flow.write_paused:
            return "taking the answer"
        if self.flow.read_paused:
            return ""
        if self._in_head:
            return "sending a head"
        if self._in_body:
            return "sending a body"
        return "" if self.requests else "sending anything"

    @property
    def idle(self) -> bool:
        """Whether no request is being read or answered."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and not self.pipeline and not self._in_body

    # --- reading ---

    def data_received(self, data: bytes) -> None:
        """Parse what came, a piece at a time; once refused, pass over it."""
        self.heard = self.loop.time()
        self.received += len(data)
        if self._refusal is not None:
            self._pass_over(data)
        elif self._held:
            self._hold(self._held + data)
        elif len(data) <= _PIECE_BYTES:
            self._parse(data)
        else:
            self._parse_in_pieces(data)

    def _parse(self, piece: bytes) -> None:
        super().data_received(piece)
        if self._in_head:
            self._head_bytes += len(piece)
            if self._head_bytes > MAX_HEAD_BYTES and self._refusal is None:
                long_line = not self.headers and len(self.url) > MAX_LINE_BYTES
                self.refuse(414 if long_line else 431)
        elif self._in_body:
            self._framing += len(piece)
            if self._framing > MAX_FRAMING_BYTES + (MAX_FRAMING_OF_A_BYTE + 1) * self._body_bytes:
                self.refuse(400)
            elif self.cycle.response_complete:
                self._unread += len(piece)
                if self._unread > MAX_UNREAD_BYTES:
                    self.transport.close()

    def _parse_in_pieces(self, data: bytes) -> None:
        for start in range(0, len(data), _PIECE_BYTES):
            if len(self.pipeline) >= MAX_AHEAD:
                self._hold(data[start:])
                return
            self._parse(data[start : start + _PIECE_BYTES])
            if self._refusal is not None or self.transport.is_closing():
                return

    def _pass_over(self, data: bytes) -> None:
        self._unread += len(data)
        if self._unread > MAX_PARTING_BYTES:
            self.transport.abort()

    def _hold(self, data: bytes) -> None:
        self._held = data
        self.flow.held = True
        self.flow.pause_reading()

    def on_response_complete(self) -> None:
        """Send a refusal that waited for this, or go on with what was held back."""
        super().on_response_complete()
        if self._refusal is not None:
            self._refuse_when_answered()
        elif self._held and len(self.pipeline) < MAX_AHEAD // 2:
            data, self._held = self._held, b""
            self.flow.held = False
            if not self.pipeline:
                self.flow.resume_reading()
            self._parse_in_pieces(data)

    # --- callbacks of the parser ---

    def on_message_begin(self) -> None:
        """A request begins: count its head from here."""
        super().on_message_begin()
        self.requests += 1
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """The head is whole. Raises HeadRefused if it is too long."""
        self._in_head = False
        # a head that came in one piece is short enough
        if self._head_bytes or len(self.headers) > MAX_HEADERS:
            self._check_head()
        self._in_body = True
        self._unread = self._body_bytes = self._framing = 0
        super().on_headers_complete()
        # Nothing reads the trailers of a chunked body: they are dropped as they come.
        self.headers = DROPPED

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._in_body = False
        super().on_message_complete()

    def _check_head(self) -> None:
        sizes = [len(name) + len(value) for name, value in self.headers]
        if len(self.url) > MAX_LINE_BYTES:
            self._refusal = (414, "URI Too Long")
        elif len(sizes) > MAX_HEADERS or max(sizes) > MAX_LINE_BYTES or sum(sizes) > MAX_HEAD_BYTES:
            self._refusal = (431, "Request Header Fields Too Large")
        if self._refusal is not None:
            raise HeadRefused

    # --- refusing ---

    def refuse(self, status: int) -> None:
        """Answer with an error once what came before is answered, and close the connection."""
        phrase = STATUS_LINE[status].split(b" ", 2)[2].strip().decode()
        self._refusal = (status, phrase)
        self._refuse_when_answered()

    def send_400_response(self, msg: str) -> None:
        """The parser has stopped: at a head that was refused, or at something that is not HTTP."""
        self._refusal = self._refusal or (400, msg)
        self._refuse_when_answered()

    def _refuse_when_answered(self) -> None:
        answered = self.cycle is None or self.cycle.response_complete or self._in_body
        if self.pipeline or not answered or self._leaving:
            return
        assert self._refusal is not None
        status, message = self._refusal
        body = json.dumps({"message": message}).encode()
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: application/json\r\nconnection: close\r\ncontent-length: "
            + str(len(body)).encode()
            + b"\r\n\r\n"
            + body
        )
        self._leave()

    def _leave(self) -> None:
        """Say no more, but listen for a while: closing at once could take the answer back."""
        self._leaving = True
        self._unread = 0
        self._unset_keepalive_if_required()
        self.transport.write_eof()
