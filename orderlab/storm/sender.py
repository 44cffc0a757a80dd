"""The customers of a storm: they come by the clock, whether or not the others were answered.

Each order is sent once. A customer who is turned away has been turned away: what a patient
client would have got by trying again is not what the storm asks.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from orderlab.orders.connection import ConnectionLost, JsonConnection
from orderlab.orders.reading import OrderLine
from orderlab.storm.plan import Plan

FIRST_ANSWER_SECONDS = 5.0
# The clock stands while so many customers wait. On AWS any number may; here each is a process
# that shares this machine with the others, and beyond that the machine would be measured.
MOST_WAITING = 10


@dataclass(frozen=True, slots=True)
class Answered:
    """What one customer was told. `status` is 0 where no answer came; `reason` is what it said."""

    number: int
    order_id: str
    status: int
    answer_ms: float
    reason: str = ""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


class Sender:
    """Sends the orders of a plan; `before(number)` is called before each is sent."""

    def __init__(
        self, url: str, lines: Sequence[OrderLine], plan: Plan, before: Callable[[int], None]
    ) -> None:
        self._url, self._lines, self._plan, self._before = url, lines, plan, before
        self._idle: list[JsonConnection] = []
        self.sent = 0
        self.answered: list[Answered] = []
        self._waiting: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._failure: BaseException | None = None

    def run(self, look: Callable[[], None]) -> list[Answered]:
        """Send all, and return the answers in the order of the orders. `look` is called now and
        then meanwhile. An interrupt stops the sending."""
        # a thread of its own: a notebook's kernel has an event loop that runs already
        with ThreadPoolExecutor(1, thread_name_prefix="storm") as pool:
            running = pool.submit(asyncio.run, self._send_all())
            try:
                while not running.done():
                    look()
                    time.sleep(0.1)
                running.result()
            except BaseException:
                self._stopped = True
                raise
        return sorted(self.answered, key=lambda each: each.number)

    async def _send_all(self) -> None:
        first, *others = self._lines
        await self._send(first)
        # the clock starts when the first is answered: by then the first environments are warm
        await asyncio.wait(self._waiting, timeout=FIRST_ANSWER_SECONDS)
        began = time.monotonic() - self._plan.arrivals[0]
        for line, due in zip(others, self._plan.arrivals[1:], strict=True):
            await self._until(partial(_is_past, began + due))
            began += await self._until(lambda: len(self._waiting) < MOST_WAITING)
            if self._stopped:
                break
            await self._send(line)
        await self._until(lambda: not self._waiting)
        cut = list(self._waiting)
        for task in cut:
            task.cancel()
        await asyncio.gather(*cut, return_exceptions=True)
        for connection in self._idle:
            connection.close()
        if self._failure is not None:
            raise self._failure

    async def _until(self, condition: Callable[[], bool]) -> float:
        """Wait for a condition, or to be stopped; the seconds that it took."""
        began = time.monotonic()
        while not condition() and not self._stopped:
            await asyncio.sleep(0.005)
        return time.monotonic() - began

    async def _send(self, line: OrderLine) -> None:
        self.sent += 1
        await asyncio.to_thread(self._before, self.sent)
        task = asyncio.create_task(self._place(self.sent, line))
        self._waiting.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._waiting.discard(task)
        if not task.cancelled() and task.exception():
            self._failure = self._failure or task.exception()

    async def _place(self, number: int, line: OrderLine) -> None:
        connection = self._idle.pop() if self._idle else JsonConnection(self._url, "/orders")
        began = time.monotonic()
        try:
            answer = await connection.post(line.body)
            status, body = answer.status, answer.body
        except (ConnectionLost, TimeoutError) as loss:
            connection.close()
            status, body = 0, str(loss).encode()
        except BaseException:  # it is cut off, and nobody else has this connection
            connection.close()
            raise
        self._idle.append(connection)
        took = (time.monotonic() - began) * 1000
        reason = "" if 200 <= status < 300 else _reason(body)
        self.answered.append(Answered(number, line.order_id, status, took, reason))


def _is_past(moment: float) -> bool:
    return time.monotonic() >= moment


def _reason(body: bytes) -> str:
    text = body[:300].decode("utf-8", "replace")
    try:
        said = json.loads(text)
        return str(said.get("message") or text)
    except (ValueError, AttributeError):
        return text
