"""Whether this machine has processor time to spare for further execution environments."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

# the share of the processors that must have been idle
SPARE = 0.15
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
    ) -> None:
        self._times, self._now = times, now
        self._measured_at = float("-inf")
        self._idle = self._total = 0.0
        self._busy = False

    def is_busy(self) -> bool:
        """Whether nearly no processor time was left since the last look."""
        now = self._now()
        if now - self._measured_at >= SPAN:
            idle, total = self._times()
            passed = total - self._total
            # after a long silence the average says nothing of now
            recent = now - self._measured_at < 10 * SPAN
            if passed > 0:
                self._busy = recent and (idle - self._idle) / passed < SPARE
            self._measured_at, self._idle, self._total = now, idle, total
        return self._busy


MACHINE = Machine()
