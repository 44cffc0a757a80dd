"""Where a node listens, and how much its clients may take together."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from orderlab.cloud.contracts import Keys
from orderlab.cloud.dax.connection import Connection
from orderlab.cloud.dax.desk import Desk
from orderlab.cloud.dax.node import HOST
from orderlab.cloud.dax.session import Session

MOST_CONNECTIONS = 512
LOOK_EVERY_SECONDS = 1.0
# of requests and answers that wait, on all connections of a node
MOST_WAITING_BYTES = 64 * 1024 * 1024


class Listener:
    """A port of a node."""

    def __init__(self, desk: Desk, keys: Keys) -> None:
        self._desk = desk
        self._keys = keys
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._watch: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._came = 0

    async def start(self, port: int = 0) -> int:
        """Begin to listen. Returns the port, a free one if none is asked for."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connected, HOST, port, backlog=256)
        self._watch = loop.call_later(LOOK_EVERY_SECONDS, self._look)
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    def _connected(self) -> Connection:
        return Connection(self._desk.answer, Session(self._keys), self)

    def opened(self, connection: Connection) -> None:
        """A client has come; the one that was silent the longest leaves if there are too many."""
        if len(self._connections) >= MOST_CONNECTIONS:
            silent = [each for each in self._connections if not each.busy]
            min(silent or [connection], key=lambda each: each.heard).abort()
        self._connections.add(connection)

    def closed(self, connection: Connection) -> None:
        """A connection is closed."""
        self._connections.discard(connection)

    def work(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that ends with the node at the latest."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def count(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    def _look(self) -> None:
        """Part from those who are too slow, or too large."""
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(LOOK_EVERY_SECONDS, self._look)
        for each in list(self._connections):
            each.look(loop.time())
        self._bound()

    def came(self, count: int) -> None:
        """So many bytes have come: when they are many, nobody waits for the next look."""
        self._came += count
        if self._came > MOST_WAITING_BYTES // 4:
            self._bound()

    def _bound(self) -> None:
        """Part from the largest if what waits is too much in all."""
        self._came = 0
        sizes = {each: each.waiting_bytes for each in self._connections}
        total = sum(sizes.values())
        for each in sorted(sizes, key=lambda one: -sizes[one]):
            if total <= MOST_WAITING_BYTES:
                return
            each.abort()
            total -= sizes[each]

    async def stop(self) -> None:
        """Listen no more, and part from everybody."""
        if self._watch is not None:
            self._watch.cancel()
        if self._server is not None:
            self._server.close()
        for each in list(self._connections):
            each.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._desk.stop()
