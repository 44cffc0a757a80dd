"""Time, as the package sees it: one clock for what is shown, one for what is waited for.

`wall()` is the time of day and is what users see. `now()` is a monotonic clock that runs
`speed` times as fast; every deadline and every wait of a service is measured on it, so that
a visibility timeout of 30 s passes in 3 s with `speed=10`.

Code that learners wrote runs at its own speed: function timeouts use real seconds.
"""

from __future__ import annotations

import asyncio
import time


class Clock:
    """Real time, with waits shortened by `speed`."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.speed = speed

    def wall(self) -> float:
        """Seconds since 1970, never scaled."""
        return time.time()

    def now(self) -> float:
        """Scaled seconds since an arbitrary start; only differences mean anything."""
        return time.monotonic() * self.speed

    def real(self, seconds: float) -> float:
        """How many real seconds a wait of `seconds` takes."""
        return seconds / self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of scaled time."""
        await asyncio.sleep(self.real(seconds))


class HandTurnedClock(Clock):
    """A clock for tests: stands still until `advance` is called."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        super().__init__(1.0)
        self._time = start
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def wall(self) -> float:
        return self._time

    def now(self) -> float:
        return self._time

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass and wake whoever slept that long."""
        self._time += seconds
        due = [s for s in self._sleepers if s[0] <= self._time]
        self._sleepers = [s for s in self._sleepers if s[0] > self._time]
        for _, future in due:
            if not future.done():
                future.set_result(None)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._time + seconds, future))
        await future
