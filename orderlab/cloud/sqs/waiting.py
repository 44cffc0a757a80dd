"""Long polls that wait for a message.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
"""

from __future__ import annotations

import asyncio
from functools import partial

from orderlab.clock import Clock


class Waiters:
    """Those who wait for the same thing, woken one by one in the order of their coming."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # a dictionary as an ordered set
        self._waiting: dict[asyncio.Future[None], None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def wake(self, count: int = 1) -> None:
        """Wake so many, the longest waiting first."""
        for future in list(self._waiting)[:count]:
            del self._waiting[future]
            if not future.done():
                future.set_result(None)

    def wake_all(self) -> None:
        """Wake all of them."""
        self.wake(len(self._waiting))

    async def wait(self, seconds: float) -> None:
        """Return when woken, or after `seconds` of scaled time, a millisecond at least."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = None
        shortest = 0.001 * self._clock.speed
        timer = self._clock.call_later(
            max(seconds, shortest), partial(self._end, future), paced=True
        )
        try:
            await future
        except asyncio.CancelledError:
            # another waiter may have the message that this one was woken for
            if future not in self._waiting:
                self.wake()
            raise
        finally:
            timer.cancel()
            self._waiting.pop(future, None)

    def _end(self, future: asyncio.Future[None]) -> None:
        self._waiting.pop(future, None)
        if not future.done():
            future.set_result(None)
