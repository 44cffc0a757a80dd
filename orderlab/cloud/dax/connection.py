"""The connection of one client.

A client has one request under way. One that sends nothing sensible, or does not take what it asked
for, loses its connection and harms nobody else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, cast

from orderlab.cloud.dax.protocol.cbor import BadCbor
from orderlab.cloud.dax.protocol.framing import Framer
from orderlab.cloud.dax.session import Session

log = logging.getLogger("orderlab.cloud.dax")
# real seconds that a client has for the handshake, for the rest of a request, to take an answer
PATIENCE_SECONDS = 20.0
IDLE_SECONDS = 900.0
# requests that wait behind the one under way, before the client has to wait with the next
MOST_WAITING_REQUESTS = 8
# what is looked at, and how many requests are begun with, before others have their turn
PIECE_BYTES = 16 * 1024
MOST_AT_ONCE = 16
UNREAD_BYTES = 256 * 1024
# the answer to a request, at once or later; None if the client expects none
Answerer = Callable[[Session, bytes], bytes | Awaitable[bytes] | None]


class Port(Protocol):
    """What a connection tells the port that it came to."""

    def opened(self, connection: Connection) -> None:
        """A client has come."""

    def closed(self, connection: Connection) -> None:
        """It has gone."""

    def came(self, count: int) -> None:
        """So many bytes have come."""

    def work(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that ends with the node at the latest."""


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, answer: Answerer, session: Session, listener: Port) -> None:
        self._answer = answer
        self._session = session
        self._listener = listener
        self._framer = Framer()
        self._requests: deque[bytes] = deque()
        # what has come and was not looked at yet
        self._pieces: deque[bytes] = deque()
        self._goes_on = False
        self._under_way: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._full = False
        self._reading = True
        self._loop = asyncio.get_running_loop()
        self.heard = self._loop.time()
        # since when a client is waited for, and for what it has time
        self._since = self.heard

    # --- asyncio's side ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(UNREAD_BYTES)
        self._listener.opened(self)

    def connection_lost(self, error: Exception | None) -> None:
        """The client has gone. A call that is under way goes on."""
        # what is under way goes on: a write that DynamoDB has must come into the cache as well
        self._listener.closed(self)
        self._requests.clear()
        self._pieces.clear()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and begin with the requests that are whole."""
        self.heard = self._loop.time()
        self._listener.came(len(data))
        if not self._framer.pending and not self._pieces:
            self._since = self.heard
        if len(data) <= PIECE_BYTES and not self._pieces:
            self._read(data)
            return
        self._pieces.extend(data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES))
        self._go_on_soon()
        self._hold_back()

    def pause_writing(self) -> None:
        """The client does not read: begin with no further request."""
        self._full = True
        self._since = self._loop.time()

    def resume_writing(self) -> None:
        """The client reads again: go on with its requests."""
        self._full = False
        self._next()

    # --- requests, one after the other ---

    def _read(self, data: bytes) -> None:
        try:
            for frame in self._framer.feed(data):
                self._since = self.heard
                self._requests.append(frame)
        except BadCbor as error:
            log.info("a connection is closed: %s", error)
            self.abort()
            return
        self._next()

    def _next(self) -> None:
        """Begin with the requests that wait; after a few of them, others have their turn."""
        begun = 0
        while self._requests and self._under_way is None and not self._full:
            if begun == MOST_AT_ONCE:
                self._go_on_soon()
                break
            begun += 1
            self._take(self._requests.popleft())
        if self._pieces:
            self._go_on_soon()
        self._hold_back()

    def _take(self, frame: bytes) -> None:
        answer = self._answer(self._session, frame)
        if answer is None:
            return
        if isinstance(answer, bytes):
            self._send(answer)
            return
        self._under_way = self._listener.work(self._send_later(answer))

    async def _send_later(self, answer: Awaitable[bytes]) -> None:
        content = await answer
        self._under_way = None
        self._send(content)
        self._next()

    def _send(self, content: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(content)

    def _go_on_soon(self) -> None:
        if not self._goes_on:
            self._goes_on = True
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._goes_on = False
        if self._transport is None or self._transport.is_closing():
            return
        if self._pieces and len(self._requests) < MOST_WAITING_REQUESTS:
            self._read(self._pieces.popleft())
        elif self._requests and self._under_way is None and not self._full:
            self._next()

    def _hold_back(self) -> None:
        """Read no further while more than a few requests wait, or parts of them."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        wanted = len(self._requests) < MOST_WAITING_REQUESTS and not self._pieces
        if wanted != self._reading:
            self._reading = wanted
            (transport.resume_reading if wanted else transport.pause_reading)()

    # --- limits ---

    @property
    def busy(self) -> bool:
        """Whether a request is under way or waits."""
        return self._under_way is not None or bool(self._requests or self._pieces)

    @property
    def waiting_bytes(self) -> int:
        """Bytes of requests that are not answered, and of answers that are not taken."""
        unread = self._transport.get_write_buffer_size() if self._transport is not None else 0
        waiting = sum(map(len, self._requests)) + sum(map(len, self._pieces))
        return unread + self._framer.pending + waiting

    def look(self, now: float) -> None:
        """Part from a client that takes too long."""
        unfinished = self._framer.pending and not self.busy
        waits = self._full or unfinished or not self._framer.shaken
        if now - self._since > PATIENCE_SECONDS if waits else self._idle_too_long(now):
            self.abort()

    def _idle_too_long(self, now: float) -> bool:
        return not self.busy and now - self.heard > IDLE_SECONDS

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()
