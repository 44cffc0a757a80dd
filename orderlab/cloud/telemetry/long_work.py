"""Computations that take longer than anybody should wait: on threads of their own.

The event loop goes on meanwhile, since the interpreter changes threads every few milliseconds. Only
a few such computations run at a time, so that many of them do not crowd out everybody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import threading
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Stopped(BaseException):
    """Raised within a computation whose result is no longer wanted."""


class LongWork:
    """Runs functions that touch nothing that the event loop changes."""

    def __init__(self, at_once: int = 1) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """What the function returns or raises. Whoever stops waiting stops the function."""
        async with self._places:
            result: Result = await _Computation(function, arguments).result()
            return result


class _Computation:
    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._function, self._arguments = function, arguments
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[Any] = self._loop.create_future()
        # a daemon: a cloud that stops does not wait for it
        self._thread = threading.Thread(target=self._work, name="long-work", daemon=True)
        self._ending = threading.Lock()
        self._ended = False

    async def result(self) -> Any:
        self._thread.start()
        try:
            return await self._done
        except asyncio.CancelledError:
            self._stop()
            raise

    def _work(self) -> None:
        result, error = None, None
        # RuntimeError: the cloud has stopped
        with contextlib.suppress(Stopped, RuntimeError):
            try:
                result = self._function(*self._arguments)
            except Exception as raised:
                error = raised
            with self._ending:
                self._ended = True
            self._loop.call_soon_threadsafe(self._finish, result, error)

    def _finish(self, result: Any, error: BaseException | None) -> None:
        if self._done.done():
            return
        if error is not None:
            self._done.set_exception(error)
        else:
            self._done.set_result(result)

    def _stop(self) -> None:
        """Raise Stopped in the thread, at its next step."""
        with self._ending:
            if not self._ended and self._thread.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread.ident), ctypes.py_object(Stopped)
                )
