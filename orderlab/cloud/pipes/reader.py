"""What readers of queues and streams share: a task that ends without leaving a batch half done."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from orderlab.clock import Clock
from orderlab.cloud.patterns.event_pattern import InvalidPattern
from orderlab.cloud.pipes.filters import PipeFilter
from orderlab.cloud.pipes.flow import Flow
from orderlab.cloud.pipes.pipe import Pipe
from orderlab.cloud.telemetry.long_work import LongWork

log = logging.getLogger("orderlab.cloud.pipes")
T = TypeVar("T")

# how much filtering is done at once
AT_ONCE = 1_000_000
# real seconds: no speed turns a pause into a busy loop
SHORTEST_PAUSE = 0.01
AFTER_A_PROBLEM = 1.0


class Reader(ABC):
    """Reads a pipe's source from `start` until `stop`."""

    def __init__(self, pipe: Pipe, *, flow: Flow, clock: Clock, long_work: LongWork) -> None:
        self.pipe = pipe
        self.flow = flow
        self.clock = clock
        self.settings: Mapping[str, Any] = pipe.source_settings
        self.stopping = False
        try:
            self._filter = PipeFilter(pipe.patterns)
        except InvalidPattern:
            # checked when the pipe was made
            self._filter = PipeFilter(())
        self._long_work = long_work
        self._tasks: set[asyncio.Task[None]] = set()
        self._interruptible: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        """Begin to read."""
        self.spawn(self.run())

    @abstractmethod
    async def run(self) -> None:
        """Read until `stopping`."""

    def spawn(self, work: Any) -> None:
        """Run a coroutine in the background; it is begun again if it fails."""
        task = asyncio.get_running_loop().create_task(
            self._persist(work), name=f"pipe {self.pipe.name}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _persist(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception:
            log.exception("The pipe %s failed", self.pipe.name)
            self.pipe.state_reason = "Internal error"

    async def stop(self) -> None:
        """Read no more; return when the batch under way is finished."""
        self.stopping = True
        for task in self._interruptible:
            task.cancel()
        await self._ended()

    async def kill(self) -> None:
        """End at once."""
        self.stopping = True
        for task in self._tasks:
            task.cancel()
        await self._ended()

    async def _ended(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def interruptible(self, awaitable: Awaitable[T]) -> T:
        """Await something that `stop` may cut short."""
        task = asyncio.current_task()
        assert task is not None
        self._interruptible.add(task)
        try:
            return await awaitable
        finally:
            self._interruptible.discard(task)

    async def pause(self, seconds: float) -> None:
        """Wait for scaled seconds, unless stopped; also while the clock stands."""
        shortest = SHORTEST_PAUSE * self.clock.speed
        await self.interruptible(self.clock.pause(max(seconds, shortest)))

    async def back_off(self, seconds: float) -> None:
        """As `pause`, before another attempt: it waits for the clock."""
        shortest = SHORTEST_PAUSE * self.clock.speed
        await self.interruptible(self.clock.sleep(max(seconds, shortest)))

    async def wants(self, event: Mapping[str, Any], size: int) -> bool:
        """Whether an event passes the filter; others are answered meanwhile."""
        if not self._filter:
            return True
        if self._filter.work(size) > AT_ONCE:
            return await self._long_work.run(self._filter.passes, event)
        return self._filter.passes(event)
