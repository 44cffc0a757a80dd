"""Waits for what a schedule is due, on the cloud's scaled clock.

A schedule's time begins with the wall clock's when the schedule is made, and runs as fast as all
other waits. With `--speed 60` a `rate(1 minute)` is due every second, and `at` of a time in ten
minutes in ten seconds.
"""

from __future__ import annotations

from orderlab.clock import Clock
from orderlab.cloud.targets.schedule_expressions import Schedule

# scaled seconds of one wait at most: what a sleep in the far future would count from is then old
_LONGEST_WAIT = 3_600.0


class Timetable:
    """The time of one schedule, in seconds since 1970."""

    def __init__(self, clock: Clock, schedule: Schedule) -> None:
        self._clock = clock
        self._schedule = schedule
        self._began_at, self._began = clock.wall(), clock.now()

    @property
    def began_at(self) -> float:
        return self._began_at

    def time(self) -> float:
        """What this schedule's clock shows."""
        return self._began_at + self._clock.now() - self._began

    def next_after(self, moment: float) -> float | None:
        """The first time due after a moment; None if there is no more."""
        return self._schedule.next_after(moment, self._began_at)

    async def wait_until(self, due: float) -> None:
        while (left := due - self.time()) > 0:
            await self._clock.sleep(min(left, _LONGEST_WAIT))
