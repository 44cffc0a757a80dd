"""Waits for what a schedule is due, on the cloud's scaled clock.

A schedule's time begins with the wall clock's when the schedule is made, and runs as fast as all
other waits. With `--speed 60` a `rate(1 minute)` is due every second, and `at` of a time in ten
minutes in ten seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime

from orderlab.clock import Clock
from orderlab.cloud.targets.schedule_expressions import Schedule

# scaled seconds of one wait at most
_LONGEST_WAIT = 3_600.0


def instant(seconds: float) -> str:
    """A time as events have it: `2026-12-01T09:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Timetable:
    """The time of one schedule, in seconds since 1970."""

    def __init__(self, clock: Clock, schedule: Schedule, start: float | None = None) -> None:
        self._clock = clock
        self._schedule = schedule
        self._made_at, self._made = clock.wall(), clock.now()
        self.begins_at = max(self._made_at, start or 0.0)

    def time(self) -> float:
        """What this schedule's clock shows."""
        return self._made_at + self._clock.now() - self._made

    def next_after(self, moment: float) -> float | None:
        """The first time due after a moment; None if there is no more."""
        return self._schedule.next_after(moment, self.begins_at)

    async def wait_until(self, due: float) -> None:
        """Wait until a time, in seconds since 1970 on the cloud's clock."""
        while (left := due - self.time()) > 0:
            await self._clock.sleep(min(left, _LONGEST_WAIT))
