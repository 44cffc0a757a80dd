"""Whether this machine has processor time to spare for further execution environments."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

# processors that must have been idle: functions and cloud wait for each other, so that a machine
# that has no more to give still shows half a processor that nobody uses
SPARE = 0.75
# the share of its one thread from which on the cloud is what everyone waits for
CLOUD_FULL = 0.7
# real seconds that a measurement covers at least
SPAN = 0.2


def processor_times() -> tuple[float, float]:
    """Seconds that all processors together were idle, and in all, since the machine started."""
    times = psutil.cpu_times()
    idle = float(times.idle + getattr(times, "iowait", 0.0))
    # Linux counts the time of guests within that of users
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return idle, float(sum(times) - guests)


class Machine:
    """Looks at the processors at most five times a second, for all mappings together."""

    def __init__(
        self,
        times: Callable[[], tuple[float, float]] = processor_times,
        now: Callable[[], float] = time.monotonic,
        own: Callable[[], float] = time.process_time,
    ) -> None:
        self._times, self._now, self._own = times, now, own
        self._measured_at = float("-inf")
        self._idle = self._total = self._used = 0.0
        self._busy = False

    def is_busy(self) -> bool:
        """Whether further environments would find no processor, or a cloud that has no time."""
        now = self._now()
        passed = now - self._measured_at
        if passed >= SPAN:
            (idle, total), used = self._times(), self._own()
            if total > self._total:
                # after a long silence the average says nothing of now
                recent = passed < 10 * SPAN
                share = (idle - self._idle) / (total - self._total)
                cloud = (used - self._used) / passed
                spare = share * _processors()
                self._busy = recent and (spare < SPARE or cloud > CLOUD_FULL)
            self._measured_at, self._idle, self._total, self._used = now, idle, total, used
        return self._busy


def _processors() -> int:
    return psutil.cpu_count() or 1


MACHINE = Machine()
