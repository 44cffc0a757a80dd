"""Customers of a game day: real orders, one after the other, in a thread of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.parts.api import api_address
from orderlab.practice.http import request
from orderlab.practice.orders import fresh

EVERY_SECONDS = 0.5
# When so many orders in a row got no answer at all, the cloud is gone.
_GIVES_UP_AFTER = 5
_AT_A_TIME = 200


class Customers:
    """Sends orders until `stop()`, the deadline, or the end of the cloud; then calls `over`."""

    def __init__(self, url: str, seconds: float, over: Callable[[], None]) -> None:
        self._url, self._over = url, over
        self._deadline = time.monotonic() + seconds
        self._stopped = threading.Event()
        self.answers: list[int] = []
        # a daemon: it ends with the kernel
        self._thread = threading.Thread(target=self._run, name="game-day", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more, and wait until the order that is under way was answered."""
        self._stopped.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(10)

    @property
    def accepted(self) -> int:
        return sum(200 <= status < 300 for status in self.answers)

    def _run(self) -> None:
        unanswered = 0
        orders: Iterator[dict[str, Any]] = iter(())
        while not self._stopped.wait(EVERY_SECONDS) and time.monotonic() < self._deadline:
            order = next(orders, None)
            if order is None:
                orders = iter(fresh(_AT_A_TIME))
                order = next(orders)
            try:
                self.answers.append(request(f"{self._url}/orders", order).status)
                unanswered = 0
            except OSError:
                unanswered += 1
                if unanswered >= _GIVES_UP_AFTER:
                    break
        if not self._stopped.is_set():
            self._over()


def address(target: Target) -> str:
    """Where orders are sent to. Raises LearnerError before the system is deployed."""
    try:
        return api_address(target)
    except LookupError as error:
        raise LearnerError(str(error), advice="`lab.build(chapter=4)` builds the system.") from None
