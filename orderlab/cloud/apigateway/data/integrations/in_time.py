"""Calls of functions that may outlive the request for which they were made."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class InTime:
    """Waits for calls so many seconds. A function that is too slow runs on, as on AWS."""

    def __init__(self) -> None:
        self._background: set[asyncio.Task[Any]] = set()

    async def wait(self, answering: Coroutine[Any, Any, Answer], seconds: float) -> Answer:
        """The answer, if it comes in time. Raises TimeoutError if it does not."""
        task = asyncio.create_task(answering, name="apigateway-function")
        self._background.add(task)
        task.add_done_callback(self._forget)
        done, _ = await asyncio.wait((task,), timeout=seconds)
        if not done:
            raise TimeoutError
        return task.result()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled():
            # asked for, since asyncio logs an exception that nobody asked for
            task.exception()

    async def stop(self) -> None:
        """End the calls that still run."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
