"""All connections of clients: how many there may be, and how long one may keep us waiting.

A connection is a file descriptor, and a process has only so many. When they run out, connections
that do nothing are closed, so that those who want something get through. A client that sends or
reads no more than a byte now and then loses its connection as well.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Collection

from orderlab.cloud.front.bounded_connection import BoundedConnection

log = logging.getLogger("orderlab.cloud")
MOST_DESCRIPTORS = 65_536
MOST_CONNECTIONS = 4096
# of answers that clients do not read
MOST_UNREAD_BYTES = 256 * 1024 * 1024
# for files, pipes and the processes of functions
_SPARE_DESCRIPTORS = 320
# what a client has time for, in seconds
_PATIENCE = {
    "sending anything": 60,
    "sending a head": 20,
    "sending a body": 30,
    "taking the answer": 60,
    "leaving": 5,
}
# a body, or the reading of an answer, may take longer if it goes on at this rate
_LEAST_BYTES_PER_SECOND = 256 * 1024
_LOOK_EVERY_SECONDS = 1.0


def raise_descriptor_limit() -> int:
    """Allow as many file descriptors as the system lets us. Returns how many that are."""
    if sys.platform == "win32":
        return 8192
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    # macOS has a limit of its own, below what it calls unlimited
    for limit in (wanted, 10_240):
        if soft != resource.RLIM_INFINITY and limit > soft:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
                return limit
    return MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


class Connections:
    """The open connections, as uvicorn keeps them."""

    def __init__(self, connections: Collection[object], descriptors: int) -> None:
        self._connections = connections
        self.most = max(min(MOST_CONNECTIONS, descriptors - _SPARE_DESCRIPTORS), descriptors // 2)
        # when a connection came into the phase that it is in, and what it had received then
        self._since: dict[BoundedConnection, tuple[float, int, str, int]] = {}

    async def watch(self) -> None:
        """Part from those who are too slow, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            try:
                self.look(loop.time())
            except Exception:
                log.exception("looking after the connections failed")

    def look(self, now: float) -> None:
        """Look at every connection once."""
        opened = self._opened()
        seen, self._since = self._since, {}
        for each in opened:
            phase = each.phase
            if not phase:
                continue
            since = seen.get(each)
            if since is None or since[1:3] != (each.requests, phase):
                since = (now, each.requests, phase, each.received)
            self._since[each] = since
            allowed = _PATIENCE[phase] + (each.received - since[3]) / _LEAST_BYTES_PER_SECOND
            if now - since[0] > allowed:
                _part_from(each, phase)
        self._bound_answers(opened)

    def _bound_answers(self, opened: list[BoundedConnection]) -> None:
        """Part from those who leave the most of their answers unread, if it is too much in all."""
        unread = [(each.transport.get_write_buffer_size(), each) for each in opened]
        total = sum(size for size, _ in unread)
        if total <= MOST_UNREAD_BYTES:
            return
        for size, each in sorted(unread, key=lambda pair: -pair[0]):
            if total <= MOST_UNREAD_BYTES // 2:
                return
            each.transport.abort()
            total -= size

    def make_room(self, newcomer: BoundedConnection) -> None:
        """Called when one has come: part from some that do nothing if there are too many."""
        if len(self._connections) <= self.most:
            return
        opened = self._opened()
        idle = sorted((each for each in opened if each.idle and each is not newcomer), key=_worth)
        too_many = len(opened) - self.most
        # some more than needed, so that not every one that comes has to look
        for each in idle[: too_many + self.most // 32]:
            each.transport.abort()
        if len(idle) < too_many:
            newcomer.refuse(503)

    def _opened(self) -> list[BoundedConnection]:
        return [
            each
            for each in self._connections
            if isinstance(each, BoundedConnection) and not each.transport.is_closing()
        ]


def _worth(connection: BoundedConnection) -> tuple[bool, float]:
    """Those who never asked for anything go first, then those who were silent the longest."""
    return connection.requests > 0 and connection.phase == "", connection.heard


def _part_from(connection: BoundedConnection, phase: str) -> None:
    if phase in ("sending a head", "sending a body"):
        connection.refuse(408)
    else:
        connection.transport.abort()
