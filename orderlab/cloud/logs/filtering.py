"""Metric filters at work: events that were written go through the filters of their group.

This happens after the write is answered, in portions and off the event loop where it takes long,
so that no filter holds up those who write, or anybody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence

from orderlab.cloud.cloudwatch.store import MetricStore
from orderlab.cloud.logs.metric_filter import Events, MetricFilter
from orderlab.cloud.patterns.allowance import Allowance
from orderlab.cloud.patterns.workers import OutOfTime

log = logging.getLogger("orderlab.cloud")
# characters that are looked at on the event loop
_FEW_BYTES = 20_000
# characters that may wait; beyond that the oldest batches are no longer counted
_MAX_WAITING = 32 * 1_048_576


class Filtering:
    """What waits for its filters, and the task that sees to it while something does."""

    def __init__(self, metrics: MetricStore) -> None:
        self._metrics = metrics
        self._waiting: deque[tuple[list[MetricFilter], Events, int]] = deque()
        self._size = 0
        self._task: asyncio.Task[None] | None = None

    def take(self, filters: list[MetricFilter], events: Sequence[tuple[int, str]]) -> None:
        """Have events counted by filters, soon."""
        size = sum([len(message) for _, message in events])
        self._waiting.append((filters, events, size))
        self._size += size
        while self._size > _MAX_WAITING and len(self._waiting) > 1:
            self._size -= self._waiting.popleft()[2]
            log.warning("metric filters are behind: events of a batch were not counted")
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work(), name="filters")

    async def stop(self) -> None:
        """Count no longer."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _work(self) -> None:
        while self._waiting:
            filters, events, size = self._waiting.popleft()
            self._size -= size
            for each in filters:
                await self._count(each, events, size)
            await asyncio.sleep(0)

    async def _count(self, each: MetricFilter, events: Events, size: int) -> None:
        try:
            found = await Allowance().run(each.found_in, events, apart=size > _FEW_BYTES)
        except OutOfTime:
            log.warning("metric filter %s takes too long; a batch was not counted", each.name)
            return
        each.add(found, self._metrics)
