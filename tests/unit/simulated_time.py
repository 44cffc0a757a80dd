"""Time that passes only where a test lets it: hours of waiting take no time, and always end alike.

`run` runs a coroutine on an event loop of its own. When everything in it waits, the loop's time
jumps to the next moment for which something is planned.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

from orderlab.clock import Clock

START = 1_700_000_000.0


class _Jumping(selectors.SelectSelector):
    """Lets time pass instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # with nothing planned at all, only a thread can let the test go on: it is waited for
        ready = super().select(None if timeout is None else 0)
        if timeout and not ready:
            self.passed += timeout
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop with a time of its own, which begins at 0."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.passed


class SimulatedClock(Clock):
    """The time of the loop that runs, as the parts of the cloud see it."""

    def wall(self) -> float:
        return START + loop_seconds()

    def now(self) -> float:
        return loop_seconds() * self.speed

    def pace(self) -> float:
        return self.now()


def loop_seconds() -> float:
    """Simulated real seconds since the test began."""
    return asyncio.get_running_loop().time()


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test in simulated time."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        runner.run(test)


async def let_pass(seconds: float) -> None:
    """Let simulated time pass for everybody."""
    await asyncio.sleep(seconds)


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Let time pass until a condition is true; AssertionError if it is not within `seconds`."""
    end = loop_seconds() + seconds
    while not condition():
        assert loop_seconds() < end, "what was waited for did not happen"
        await let_pass(0.005)
