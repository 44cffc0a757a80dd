"""Real orders, sent as a shop's clients send them: over HTTP, many at a time, again if need be.

    replay(api_address(target), SAMPLE)                 as fast as the system takes them
    replay(monolith.url, SAMPLE, speed=3600)            an hour of the week in each second

The same for the monolith and for the API: both take an order as POST /orders. An order that got
no answer, or 429 or 5xx, is sent again under the same order_id, which a good system stores once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.connection import Answer, ConnectionLost, JsonConnection
from orderlab.orders.contract import violation
from orderlab.orders.parts.api import api_address
from orderlab.orders.progress_bar import progress_bar
from orderlab.orders.reading import SAMPLE, MalformedLine, OrderLine, count_lines, read_orders
from orderlab.orders.replayed import OnProgress, Refused, Replayed
from orderlab.threads import result_of

# Enough to keep two cores busy; more would only wait in line, and be counted as slow answers.
CONNECTIONS = 8
ATTEMPTS = 10
LONGEST_PAUSE_SECONDS = 3.0
# A server that is too busy still lets itself be connected to. If nobody has listened for so long,
# the rest of the orders would only be refused, one after the other.
NOBODY_LISTENS_SECONDS = 4.0


def replay(
    url: str,
    orders: Path | Iterable[OrderLine | MalformedLine],
    *,
    speed: float | None = None,
    limit: int | None = None,
    connections: int = CONNECTIONS,
    attempts: int = ATTEMPTS,
    on_progress: OnProgress | None = None,
) -> Replayed:
    """Send every order of a file (or of an iterable) to `{url}/orders`.

    `speed` is how many times as fast as their own clock; None is as fast as they are taken.
    Never more than `connections` orders are under way. `attempts=1` is a client that gives up.
    Raises LearnerError if nobody listens at the address for some seconds.
    """
    lines = read_orders(orders, limit) if isinstance(orders, Path) else orders
    driver = _Driver(url, iter(lines), speed, attempts, on_progress)
    # a thread of its own: a notebook's kernel has an event loop that runs already
    pool = ThreadPoolExecutor(1, thread_name_prefix="replay")
    try:
        return result_of(pool.submit(asyncio.run, driver.run(connections)))
    except BaseException:
        driver.stop()
        raise
    finally:
        pool.shutdown()


def replay_to(
    target: Target, orders: Path = SAMPLE, *, limit: int | None = None, **options: Any
) -> Replayed:
    """Replay to the API that is deployed on the target, with a progress bar.

    `options` are those of `replay`. Raises LookupError before the API is built.
    """
    with progress_bar(count_lines(orders, limit)) as follow:
        return replay(api_address(target), orders, limit=limit, on_progress=follow, **options)


class _Driver:
    def __init__(
        self,
        url: str,
        lines: Iterable[OrderLine | MalformedLine],
        speed: float | None,
        attempts: int,
        on_progress: OnProgress | None,
    ) -> None:
        self._url = url
        self._lines = iter(lines)
        self._speed = speed
        self._attempts = attempts
        self._on_progress = on_progress
        self._first_placed: float | None = None
        self._started = 0.0
        self._unheard_since: float | None = None
        self._result = Replayed()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any] | None] | None = None
        self.stopped = False

    def stop(self) -> None:
        """Send nothing more, from another thread; answers under way are not waited for."""
        self.stopped = True
        if self._running and (task := self._running[1]):
            with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                self._running[0].call_soon_threadsafe(task.cancel)

    async def run(self, connections: int) -> Replayed:
        self._running = (asyncio.get_running_loop(), asyncio.current_task())
        self._started = time.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(connections):
                    group.create_task(self._client())
        except BaseExceptionGroup as failures:
            # all clients read the same lines, and so fail for the same reason
            raise failures.exceptions[0] from None
        self._result.seconds = time.monotonic() - self._started
        return self._result

    async def _client(self) -> None:
        """One connection: take the next line, wait until it is due, send it, until none is left."""
        connection = JsonConnection(self._url, "/orders")
        try:
            for line in self._lines:
                if self.stopped:
                    return
                if isinstance(line, MalformedLine):
                    self._result.malformed.append(line)
                else:
                    await self._place(connection, line, await self._due(line))
                if self._on_progress:
                    self._on_progress(self._result)
        finally:
            connection.close()

    async def _due(self, line: OrderLine) -> float:
        """Wait until the order's own time has come; return when that was."""
        now = time.monotonic()
        placed = _seconds(line.placed_at) if self._speed else None
        if self._speed is None or placed is None:
            return now
        if self._first_placed is None:
            self._first_placed = placed
        due = self._started + (placed - self._first_placed) / self._speed
        while (left := due - time.monotonic()) > 0 and not self.stopped:
            await asyncio.sleep(min(left, 0.5))
        return max(due, self._started)

    async def _place(self, connection: JsonConnection, line: OrderLine, due: float) -> None:
        for attempt in range(1, self._attempts + 1):
            try:
                answer = await connection.post(line.body)
                self._unheard_since = None
            except ConnectionLost as loss:
                answer = Answer(0, str(loss).encode())
                self._note_silence(loss)
            if answer.status < 300 and answer.status >= 200:
                self._result.accepted.append(line.order_id)
                self._result.answer_ms.append((time.monotonic() - due) * 1000)
                return
            if self.stopped or not _worth_repeating(answer.status):
                break
            if attempt < self._attempts:
                self._result.repeats += 1
                await asyncio.sleep(_pause(attempt))
        reason = _reason(answer, line)
        self._result.refused.append(Refused(line.number, line.order_id, answer.status, reason))

    def _note_silence(self, loss: ConnectionLost) -> None:
        """Raise LearnerError if nobody has listened for too long."""
        if not loss.refused:
            self._unheard_since = None
            return
        now = time.monotonic()
        self._unheard_since = since = self._unheard_since or now
        if now - since > NOBODY_LISTENS_SECONDS:
            raise LearnerError(
                f"Nobody listens at {self._url} any more; {len(self._result.accepted)} orders had "
                "been accepted.",
                advice="Start what you send to again, then run the cell again.",
            )


def _worth_repeating(status: int) -> bool:
    return status in (0, 429) or status >= 500


def _pause(attempt: int) -> float:
    """Seconds before the next attempt: longer each time, and never the same for two clients."""
    return float(min(LONGEST_PAUSE_SECONDS, 0.05 * 2**attempt) * random.uniform(0.5, 1))


def _reason(answer: Answer, line: OrderLine) -> str:
    """Why: the contract's word where it is broken, else what the system said."""
    if answer.status == 400 and (broken := violation(json.loads(line.body))):
        return broken
    text = answer.body[:500].decode("utf-8", "replace")
    try:
        said = json.loads(text)
        text = said.get("reason") or said.get("message") or text
    except (ValueError, AttributeError):
        pass
    return str(text) or ("no answer" if answer.status == 0 else f"status {answer.status}")


def _seconds(placed_at: str) -> float | None:
    try:
        return datetime.fromisoformat(placed_at).timestamp()
    except ValueError:
        return None
