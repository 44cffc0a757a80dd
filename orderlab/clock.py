"""Time, as the package sees it: one clock for what is shown, one for what is waited for.

`wall()` is the time of day and is what users see. `now()` is a monotonic clock that runs
`speed` times as fast; every deadline and every wait of a service is measured on it, so that
a visibility timeout of 30 s passes in 3 s with `speed=10`.

An experiment may stop the clock, move it on, and let it run again. What a service waits for with
`sleep` or `call_later` waits for this clock. What is only a pace of the cloud's own work (`pause`,
`wait`) goes on while the clock stands, and is not held up when the clock is moved.

Code that learners wrote runs at its own speed: function timeouts use real seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

# how often others are let in at each moment to which the clock is moved
_TURNS = 8
# Moments at which the clock is held up on its way. Beyond that, it is moved in one go.
MOST_STOPS = 20_000


class Timer:
    """A call that is planned. `cancel()` takes it back; a second call does nothing."""

    __slots__ = ("_clock", "call", "due", "handle", "paced")

    def __init__(self, clock: Clock, due: float, call: Callable[[], object], paced: bool) -> None:
        self._clock = clock
        self.due = due
        self.call = call
        # whether it comes while the clock stands
        self.paced = paced
        self.handle: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        """Do not make the call."""
        self._clock.forget(self)


class Clock:
    """Real time, with waits shortened by `speed`, that can be stopped and moved on."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.speed = speed
        # how far `now` and `wall` are ahead of real time, both in seconds
        self._ahead = self._wall_ahead = 0.0
        # what `now` and `wall` show while the clock stands
        self._stopped: tuple[float, float] | None = None
        self._moved = 0.0
        self._timers: dict[Timer, None] = {}

    # --- what it shows ---

    def wall(self) -> float:
        """Seconds since 1970, never scaled."""
        if self._stopped is not None:
            return self._stopped[1]
        return time.time() + self._wall_ahead

    def now(self) -> float:
        """Scaled seconds since an arbitrary start; only differences mean anything."""
        if self._stopped is not None:
            return self._stopped[0]
        return time.monotonic() * self.speed + self._ahead

    def pace(self) -> float:
        """As `now`, but it goes on while the clock stands."""
        return self._running() + self._moved

    def real(self, seconds: float) -> float:
        """How many real seconds a wait of `seconds` takes."""
        return seconds / self.speed

    @property
    def stopped(self) -> bool:
        """Whether the clock stands."""
        return self._stopped is not None

    @property
    def ahead(self) -> float:
        """By how many seconds `wall` is ahead of this machine's clock; below 0, behind it."""
        return self._wall_ahead if self._stopped is None else self._stopped[1] - time.time()

    # --- waiting ---

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of scaled time. It does not end while the clock stands."""
        await self._wait(None, seconds, paced=False)

    async def pause(self, seconds: float) -> None:
        """Wait for `seconds` of scaled time, also while the clock stands."""
        await self._wait(None, seconds, paced=True)

    async def wait(self, future: asyncio.Future[Any], seconds: float) -> bool:
        """Wait until a future is done, as long as `pause` would. Returns whether it is."""
        await self._wait(future, seconds, paced=True)
        return future.done()

    def call_later(
        self, seconds: float, call: Callable[[], object], *, paced: bool = False
    ) -> Timer:
        """Make a call after `seconds` of scaled time; `paced` also while the clock stands."""
        due = (self.pace() if paced else self.now()) + seconds
        timer = Timer(self, due, call, paced)
        self._timers[timer] = None
        self._plan(timer, seconds)
        return timer

    async def _wait(
        self, future: asyncio.Future[Any] | None, seconds: float, *, paced: bool
    ) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()

        def wake(_: object = None) -> None:
            if not woken.done():
                woken.set_result(None)

        if future is not None:
            future.add_done_callback(wake)
        timer = self.call_later(seconds, wake, paced=paced)
        try:
            await woken
        finally:
            timer.cancel()
            if future is not None:
                future.remove_done_callback(wake)

    # --- control ---

    def stop(self) -> None:
        """Let the clock stand; nothing happens if it stands already."""
        if self._stopped is not None:
            return
        self._stopped = (self.now(), self.wall())
        for timer in self._timers:
            if not timer.paced and timer.handle is not None:
                timer.handle.cancel()
                timer.handle = None

    def run(self) -> None:
        """Let it run again, from what it shows; nothing happens if it runs."""
        if self._stopped is None:
            return
        now, wall = self._stopped
        self._stopped = None
        self._ahead, self._wall_ahead = now - self._running(), wall - time.time()
        for timer in self._timers:
            if not timer.paced:
                self._plan(timer, timer.due - now)

    async def move(self, seconds: float) -> None:
        """Move it on by `seconds` of scaled time, whether it stands or runs.

        It is held up at each moment for which something is planned, so that a wait that follows
        another begins where that one ended. What takes longer than a moment is not waited for.
        """
        running = self._stopped is None
        self.stop()
        assert self._stopped is not None
        end = self._stopped[0] + seconds
        for _ in range(MOST_STOPS):
            due = min((t.due for t in self._timers if not t.paced), default=end)
            if due >= end:
                break
            self._show(max(due, self._stopped[0]))
            self._call_what_is_due(paced=False)
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        self._show(max(end, self._stopped[0]))
        self._call_what_is_due(paced=True)
        if running:
            self.run()

    def _show(self, now: float) -> None:
        assert self._stopped is not None
        passed = now - self._stopped[0]
        self._stopped = (now, self._stopped[1] + passed)
        self._moved += passed

    def _call_what_is_due(self, *, paced: bool) -> None:
        now, pace = self.now(), self.pace()
        due = [t for t in self._timers if t.due <= (pace if t.paced else now)]
        for timer in sorted(due, key=lambda each: each.due):
            # one that was called may have taken another one back
            if (paced or not timer.paced) and timer in self._timers:
                timer.cancel()
                timer.call()
        if paced:
            # those that still wait need not wait for as long as they were planned
            for timer in self._timers:
                if timer.paced:
                    self._plan(timer, timer.due - pace)

    # --- timers ---

    def forget(self, timer: Timer) -> None:
        """Take back a planned call."""
        self._timers.pop(timer, None)
        if timer.handle is not None:
            timer.handle.cancel()
            timer.handle = None

    def _plan(self, timer: Timer, seconds: float) -> None:
        if timer.handle is not None:
            timer.handle.cancel()
            timer.handle = None
        if timer.paced or self._stopped is None:
            later = asyncio.get_running_loop().call_later
            timer.handle = later(max(self.real(seconds), 0.0), self._fire, timer)

    def _fire(self, timer: Timer) -> None:
        timer.handle = None
        self.forget(timer)
        timer.call()

    def _running(self) -> float:
        """Scaled seconds that go on whatever is done to the clock."""
        return time.monotonic() * self.speed


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

    def pace(self) -> float:
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

    async def pause(self, seconds: float) -> None:
        await self.sleep(seconds)
