"""The schedules that run: a task for each that is enabled.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
Differs from AWS: a schedule is exact to the second; `at` in the past is never due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from orderlab.clock import Clock
from orderlab.cloud import ids
from orderlab.cloud.scheduler.invocation import Invocations
from orderlab.cloud.scheduler.schedule import Schedule
from orderlab.cloud.targets.schedule_expressions import At, Rate
from orderlab.cloud.targets.timetable import Timetable

# invocations of one schedule that are under way, with their retries
MOST_AT_ONCE = 100
log = logging.getLogger("orderlab.cloud.scheduler")


class RunningSchedules:
    """Begins and ends the tasks of schedules."""

    def __init__(
        self, *, invocations: Invocations, clock: Clock, completed: Callable[[Schedule], None]
    ) -> None:
        self._invocations = invocations
        self._clock = clock
        self._completed = completed
        self._chance = ids.source("schedule windows")
        self._tasks: dict[Schedule, asyncio.Task[None]] = {}

    def begin(self, schedule: Schedule) -> None:
        """Begin a schedule anew, as it is set now."""
        self.end(schedule)
        if schedule.enabled:
            self._tasks[schedule] = asyncio.get_running_loop().create_task(
                self._run(schedule), name=f"schedule {schedule.arn}"
            )

    def end(self, schedule: Schedule) -> None:
        """Let a schedule keep no further times."""
        task = self._tasks.pop(schedule, None)
        if task is not None:
            task.cancel()

    async def stop(self) -> None:
        """End all schedules."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, schedule: Schedule) -> None:
        under_way: set[asyncio.Task[None]] = set()
        timetable = Timetable(self._clock, schedule.times, schedule.start)
        due = _first(schedule, timetable)
        never = due is None
        try:
            while due is not None and (schedule.end is None or due <= schedule.end):
                await timetable.wait_until(due)
                if len(under_way) < MOST_AT_ONCE:
                    task = asyncio.create_task(self._invoke(schedule, due))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                # what a slow machine has missed is not made up for
                due = timetable.next_after(max(due, timetable.time() - 1))
            if under_way:
                await asyncio.gather(*under_way, return_exceptions=True)
        finally:
            for task in under_way:
                task.cancel()
        self._tasks.pop(schedule, None)
        if not never or not isinstance(schedule.times, At):
            self._completed(schedule)

    async def _invoke(self, schedule: Schedule, due: float) -> None:
        """Invoke the target at a time of the schedule's flexible window."""
        window = self._chance.uniform(0, schedule.window_seconds)
        if window:
            await self._clock.sleep(window)
        await self._invocations.run(schedule, due)


def _first(schedule: Schedule, timetable: Timetable) -> float | None:
    """A rate is due at once; all else at its first time after now, or after the start."""
    if isinstance(schedule.times, Rate):
        return timetable.begins_at
    return timetable.next_after(timetable.begins_at - 1 if schedule.start else timetable.time())
