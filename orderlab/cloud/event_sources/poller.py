"""What pollers of queues and streams share: tasks that end without leaving a batch half done.

poll -> filter -> batch -> invoke -> settle
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

from orderlab.cloud.event_sources.consumer import Consumer
from orderlab.cloud.event_sources.filters import AT_ONCE, FilterCriteria
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.event_sources.settings import patterns
from orderlab.cloud.event_sources.wiring import Wiring

log = logging.getLogger("orderlab.cloud.event_sources")
T = TypeVar("T")

SHORTEST_PAUSE = 0.01  # real seconds: no speed turns a pause into a busy loop
AFTER_A_PROBLEM = 1.0


class Backoff:
    """Pauses that double, in scaled seconds."""

    def __init__(self, first: float = 0.2, longest: float = 10.0) -> None:
        self._next = first
        self._longest = longest

    def next(self) -> float:
        """The next pause."""
        pause, self._next = self._next, min(2 * self._next, self._longest)
        return pause


class Poller(ABC):
    """Reads one source for one mapping, from `start` until `stop` or `kill`."""

    def __init__(self, wiring: Wiring, mapping: EventSourceMapping) -> None:
        self.wiring = wiring
        self.clock = wiring.clock
        self.mapping = mapping
        self.settings = mapping.settings
        self.consumer = Consumer(wiring, mapping)
        self.filters = FilterCriteria(patterns(mapping.settings))
        self.stopping = self.killed = False
        self._filtered = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._interruptible: set[asyncio.Task[Any]] = set()

    @abstractmethod
    def start(self) -> None:
        """Begin to poll."""

    async def stop(self) -> None:
        """Poll no more; return when the batches under way are finished."""
        self.stopping = True
        for task in self._interruptible:
            task.cancel()
        await self._ended()

    async def kill(self) -> None:
        """End at once. What was under way is delivered again by whoever reads the source next."""
        self.stopping = self.killed = True
        for task in self._tasks:
            task.cancel()
        await self._ended()

    async def _ended(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def spawn(
        self, work: Callable[[], Coroutine[Any, Any, None]], name: str, *, again: bool = True
    ) -> asyncio.Task[None]:
        """Run `work` as a task of this poller; with `again` also after an error of ours."""
        task = asyncio.create_task(
            self._persist(work, again), name=f"event-source {self.mapping.uuid} {name}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _persist(self, work: Callable[[], Coroutine[Any, Any, None]], again: bool) -> None:
        while True:
            try:
                await work()
                return
            except Exception:
                log.exception("event source mapping %s failed", self.mapping.uuid)
                self.mapping.processed("internal Lambda error")
            if not again or self.stopping:
                return
            await self.pause(AFTER_A_PROBLEM)

    async def interruptible(self, awaitable: Awaitable[T]) -> T:
        """Await something that `stop` may cut short: nothing is lost if it never returns."""
        task = asyncio.current_task()
        assert task is not None
        self._interruptible.add(task)
        try:
            return await awaitable
        finally:
            self._interruptible.discard(task)

    async def wants(self, record: Mapping[str, Any], size: int) -> bool:
        """Whether a record of so many bytes passes the filters.

        Others are answered meanwhile: very much work is done beside the event loop.
        """
        work = self.filters.work(size)
        if work > AT_ONCE:
            return await self.wiring.long_work.run(self.filters.passes, record)
        self._filtered += work
        if self._filtered > AT_ONCE:
            self._filtered = 0
            await asyncio.sleep(0)
        return self.filters.passes(record)

    async def pause(self, seconds: float) -> None:
        """Wait for scaled seconds, unless stopped; never shorter than a moment of real time.

        A pace of this poller's own, which goes on while an experiment has stopped the clock.
        """
        shortest = SHORTEST_PAUSE * self.clock.speed
        await self.interruptible(self.clock.pause(max(seconds, shortest)))

    async def back_off(self, seconds: float) -> None:
        """As `pause`, before another attempt: it waits for the clock."""
        shortest = SHORTEST_PAUSE * self.clock.speed
        await self.interruptible(self.clock.sleep(max(seconds, shortest)))
