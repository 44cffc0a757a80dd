"""Computations that take longer than anybody should wait: on a thread of their own.

The event loop goes on meanwhile, since the interpreter changes threads every few milliseconds. One
such computation runs at a time, so that many of them do not crowd out everybody else.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class LongWork:
    """Runs functions that touch nothing that the event loop changes."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Semaphore(1)

    async def run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """What the function returns or raises.

        Whoever stops waiting does not stop the function: one that can take minutes has to look
        whether it is still wanted. A cloud that stops does not wait for it.
        """
        async with self._one_at_a_time:
            return await _in_thread(function, arguments)


async def _in_thread(function: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def finish(result: Result | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, error = None, None
        try:
            result = function(*arguments)
        except BaseException as raised:
            error = raised
        try:
            loop.call_soon_threadsafe(finish, result, error)
        except RuntimeError:
            return  # the cloud has stopped

    threading.Thread(target=work, name="long-work", daemon=True).start()
    return await done
