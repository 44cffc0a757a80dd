"""Work that waits in a queue: how it grows and drains, and how a function works it off."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from typing import Self

from orderlab.aws_target.base import METER, Target
from orderlab.errors import LearnerError
from orderlab.orders.parts.messaging import queue_url
from orderlab.orders.settling import depth
from orderlab.practice.deliveries import handed_over, most_at_once
from orderlab.showing.exportable import Exportable
from orderlab.showing.picture import Picture
from orderlab.showing.plots import line_plot
from orderlab.showing.table import Table

_EVERY_SECONDS = 0.1
_PATIENCE_SECONDS = 90.0
_IN_A_BATCH = 10


@dataclass
class Backlog(Exportable):
    """What waited in a queue, and what was in work, looked at ten times a second.

    As a context manager it looks while the block runs and until the queue is empty. `seconds` are
    of the queue's time.
    """

    target: Target
    queue: str
    seconds: list[float] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    in_work: list[int] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._began, self._pace, self._ended = time.monotonic(), pace(self.target), Event()
        self._look()
        self._looking = Thread(target=self._go_on, daemon=True)
        self._looking.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while error is None and (self.waiting[-1] or self.in_work[-1]):
            if time.monotonic() > deadline:
                break
            time.sleep(_EVERY_SECONDS)
        self._ended.set()
        self._looking.join(5)

    def __repr__(self) -> str:
        most, last = max(self.waiting, default=0), self.seconds[-1] if self.seconds else 0.0
        return f"{self.queue}: up to {most} waiting, looked at for {last:.0f} s of its time"

    def exported_table(self) -> Table:
        """What waited and what was in work, look by look."""
        rows = [
            {"seconds": round(at, 2), "waiting": waiting, "in work": working}
            for at, waiting, working in zip(self.seconds, self.waiting, self.in_work, strict=False)
        ]
        return Table(rows, ["seconds", "waiting", "in work"], caption=f"Backlog of {self.queue}")

    def exported_plot(self) -> Picture | None:
        """What waited and what was in work, over the queue's time."""
        if not self.seconds:
            return None
        return line_plot(
            f"What waited in {self.queue}",
            {"waiting": self.waiting, "in work": self.in_work},
            x=self.seconds,
            x_label="seconds",
            y_label="messages",
            seconds=self.seconds[-1],
        )

    def _go_on(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        found = depth(self.target, self.queue)
        self.seconds.append((time.monotonic() - self._began) * self._pace)
        self.waiting.append(found.visible + found.delayed)
        self.in_work.append(found.in_flight)


@dataclass(frozen=True)
class WorkedOff(Exportable):
    """How a function worked off some messages; `seconds` are of the queue's time."""

    messages: int
    calls: int
    refused: int
    most_at_once: int
    seconds: float

    def __repr__(self) -> str:
        refused = f", {self.refused} refused" if self.refused else ""
        return (
            f"{self.messages} messages: {self.calls} calls{refused}, {self.most_at_once} at a time "
            f"at most, {self.seconds:.0f} s"
        )


def work_off(
    target: Target, queue: str, function: str, messages: int, *, every: float = 0.0
) -> WorkedOff:
    """Send messages to a queue, all at once or one `every` so many seconds of its time, and wait
    until the function that reads it is through. Raises LearnerError if it never is."""
    run = secrets.token_hex(3)
    ids = [f"try-{run}-{number}" for number in range(messages)]
    _send(target, queue, ids, every)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while depth(target, queue).total:
        if time.monotonic() > deadline:
            raise LearnerError(
                f"There are still messages in {queue} after {_PATIENCE_SECONDS:.0f} s.",
                advice=f"Is there a mapping from it to {function}, and is that enabled?",
            )
        time.sleep(0.05)
    calls = handed_over(target, function, ids)
    ran = [call for call in calls if call["outcome"] == "ok"]
    ends = [call["at"] + call["duration_ms"] / 1000 for call in ran]
    lasted = max(ends) - min(call["at"] for call in ran) if ran else 0.0
    return WorkedOff(
        messages, len(ran), len(calls) - len(ran), most_at_once(ran), lasted * pace(target)
    )


def pace(target: Target) -> float:
    """How many times as fast as on AWS the waits of queues pass here."""
    return float(target.page("health").get("speed", 1.0)) if METER in target.can else 1.0


def _send(target: Target, queue: str, ids: list[str], every: float) -> None:
    sqs, url = target.client("sqs"), queue_url(target, queue)
    step, real = (1, every / pace(target)) if every else (_IN_A_BATCH, 0.0)
    for begin in range(0, len(ids), step):
        part = ids[begin : begin + step]
        # the flight recorder follows what has an order id
        entries = [
            {"Id": str(number), "MessageBody": json.dumps({"order_id": each})}
            for number, each in enumerate(part)
        ]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
        time.sleep(real)
