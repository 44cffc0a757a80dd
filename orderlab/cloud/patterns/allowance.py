"""How long the expressions of one call may take, and where they do.

Most take microseconds and run where they are. What would hold the event loop is given up there
and done anew in a thread, which may wait for a process; the loop goes on meanwhile. So what is
evaluated must leave nothing behind that would change its second run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from enum import Enum
from functools import cache
from typing import Any, TypeVar
from weakref import WeakSet

from orderlab.cloud.patterns import engines
from orderlab.cloud.patterns.workers import WORKERS, OutOfTime

# seconds of the processor that one step may take on the event loop
ON_LOOP = 0.02
# seconds of the processor for all expressions of a call
SECONDS = 5.0
# and for one expression in one text, which none that ends needs
_SECONDS_FOR_ONE = 1.0
_MAX_THREADS = 4

Result = TypeVar("Result")
Thing = TypeVar("Thing")


class LeaveLoop(Exception):
    """What is evaluated on the event loop takes long, and goes on in a thread."""


class Where(Enum):
    """Where expressions are evaluated."""

    ON_LOOP = "on the event loop, until that takes long"
    BOUND_TO_LOOP = "on the event loop, and nowhere else"
    APART = "off the event loop"


class Allowance:
    """What is left of one call's time for its expressions."""

    def __init__(self, seconds: float = SECONDS, where: Where = Where.ON_LOOP) -> None:
        self._left = seconds
        self._on_loop = ON_LOOP
        self._where = where

    async def run(
        self, function: Callable[..., Result], *arguments: Any, apart: bool = False
    ) -> Result:
        """The function's result; OutOfTime if its expressions take too long.

        `apart` is for a function that takes long for other reasons as well.
        """
        if self._where is Where.ON_LOOP and not apart:
            try:
                return self.on_loop(function, *arguments)
            except LeaveLoop:
                self._where = Where.APART
        loop, work = asyncio.get_running_loop(), copy_context().run
        _RUNNING.add(self)
        try:
            return await loop.run_in_executor(_threads(), work, self.apart, function, *arguments)
        except asyncio.CancelledError:
            self.take_back()
            raise

    def take_back(self) -> None:
        """Let what still runs in a thread run out of time."""
        self._left = 0.0

    def on_loop(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """The function's result; LeaveLoop if its expressions take long."""
        self._on_loop = ON_LOOP
        return self._with(Where.ON_LOOP, function, arguments)

    def apart(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """The function's result, in a thread that may wait for it."""
        return self._with(Where.APART, function, arguments)

    def _with(
        self, where: Where, function: Callable[..., Result], arguments: tuple[Any, ...]
    ) -> Result:
        self._where = where
        token = _CURRENT.set(self)
        try:
            return function(*arguments)
        finally:
            _CURRENT.reset(token)

    def now(self) -> float:
        """A clock in seconds: of all time on the event loop, of this thread's elsewhere."""
        return time.thread_time() if self._where is Where.APART else time.perf_counter()

    def charge(self, seconds: float) -> None:
        """Count time that an expression took here; LeaveLoop or OutOfTime if it was the last."""
        if self._where is not Where.ON_LOOP:
            self._left -= seconds
            if self._left <= 0:
                raise OutOfTime
            return
        self._on_loop -= seconds
        if self._on_loop <= 0:
            raise LeaveLoop

    def in_process(self, job: tuple[Any, ...]) -> list[engines.Spans]:
        """Have a job done by a process, and wait for it."""
        if self._where is Where.ON_LOOP:
            raise LeaveLoop
        if self._where is Where.BOUND_TO_LOOP or self._left <= 0:
            raise OutOfTime
        try:
            found, seconds = WORKERS.do(job, min(self._left, _SECONDS_FOR_ONE))
        except OutOfTime:
            self._left = 0
            raise
        self._left -= seconds
        return found


_RUNNING: WeakSet[Allowance] = WeakSet()
_CURRENT: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def current() -> Allowance:
    """The allowance of the call that is carried out; a new one for an expression by itself."""
    found = _CURRENT.get()
    if found is not None:
        return found
    return Allowance(ON_LOOP, Where.BOUND_TO_LOOP) if _on_loop() else Allowance(where=Where.APART)


def metered(things: Iterable[Thing]) -> Iterator[Thing]:
    """The same things; the time that passes between one and the next is charged."""
    allowance = current()
    began = allowance.now()
    for thing in things:
        yield thing
        now = allowance.now()
        allowance.charge(now - began)
        began = now


def _on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="expressions")


def end_all() -> None:
    """Give up what is still evaluated off the event loop, and end its processes."""
    for allowance in list(_RUNNING):
        allowance.take_back()
    _threads().shutdown(wait=False, cancel_futures=True)
    _threads.cache_clear()
    WORKERS.end()
