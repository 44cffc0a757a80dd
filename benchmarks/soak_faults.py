"""Orders at a steady rate while random faults strike: nothing is lost, and nothing grows or stays.

python -m benchmarks.soak 30m --faults --rate 50 [--seed 7]

As a shop would, it takes orders away once they are complete, and the logs of their minutes: what
grows then is the cloud's own. Orders that ended among the dead letters are sent back at the end.
"""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median
from typing import Any

import psutil

from benchmarks.figure import Figure
from orderlab.aws_target.local import LocalTarget
from orderlab.orders import architecture
from orderlab.orders.architecture import INBOX, ORDERS, SERVICES, TOPIC
from orderlab.orders.dead_letters import redrive
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.messaging import dead_letter_name
from orderlab.orders.reading import OrderLine
from orderlab.orders.replay import replay
from orderlab.orders.settling import depth

FUNCTIONS = ("process-order", "publish-order-events", *SERVICES)
TABLES = (ORDERS, *SERVICES)
# from this minute on, figures are to be flat
SETTLED_MINUTES = 5
# an order that failed comes again after a minute: it is looked for later
LOOKED_FOR_AFTER_SECONDS = 90.0
FAULT_EVERY_SECONDS = 5.0
LAST_SECONDS = 600.0
CONNECTIONS = 24
ATTEMPTS = 20
# BatchGetItem and BatchWriteItem take so many
_READ_AT_ONCE, _WRITTEN_AT_ONCE = 100, 25


@dataclass(frozen=True)
class Minute:
    """What one minute of the run has shown."""

    accepted: int
    median_ms: float
    p95_ms: float
    resident_mb: float
    processes: int
    waiting: int
    faults: int

    def __str__(self) -> str:
        return (
            f"{self.accepted} orders, {self.median_ms:.1f} ms, 95 %: {self.p95_ms:.1f} ms, "
            f"{self.resident_mb:.0f} MB, {self.processes} processes, {self.waiting} not complete, "
            f"{self.faults} faults so far"
        )


class Nemesis:
    """Switches a random fault on every few seconds; each ends by itself."""

    def __init__(self, target: LocalTarget, seed: int) -> None:
        self._target = target
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self.count = 0
        self._thread = threading.Thread(target=self._run, name="nemesis", daemon=True)

    def start(self) -> None:
        """Begin to break things."""
        self._thread.start()

    def stop(self) -> None:
        """Break nothing more, and mend all."""
        self._stop.set()
        self._thread.join()
        self._target.page("faults", "DELETE")

    def _run(self) -> None:
        while not self._stop.wait(FAULT_EVERY_SECONDS):
            self._target.page("faults", "POST", self._next())
            self.count += 1

    def _next(self) -> dict[str, Any]:
        draw = self._random
        kind, targets, more = draw.choice(_FAULTS)
        return {
            "kind": kind,
            "target": draw.choice(targets),
            "lasts": draw.uniform(3, 12),
            "probability": draw.uniform(0.05, 0.3),
            "label": "soak",
            **more,
        }


_STORED = tuple(f"table/{name}" for name in TABLES)
_CALLS = ("call/sqs.SendMessage", "call/dynamodb.PutItem", "call/sns.Publish")
_FAULTS: tuple[tuple[str, tuple[str, ...], dict[str, Any]], ...] = (
    ("error", FUNCTIONS, {}),
    ("slow", FUNCTIONS, {"seconds": 0.5}),
    ("throttle", FUNCTIONS, {}),
    ("kill", FUNCTIONS, {}),
    ("error", _STORED, {}),
    ("slow", _STORED, {"seconds": 0.3}),
    ("throttle", _STORED, {}),
    ("cut", _STORED, {}),
    ("error", (f"topic/{TOPIC}", *_CALLS), {}),
    ("throttle", _CALLS, {}),
    ("slow", _CALLS, {"seconds": 0.2}),
    ("duplicate", (INBOX, *SERVICES), {"times": 2}),
    ("delay", (INBOX, *SERVICES), {"seconds": 3.0}),
    ("reorder", (INBOX, *SERVICES), {"seconds": 3.0}),
    ("cut", SERVICES, {}),
)


class Books:
    """Which accepted orders are not yet seen in every table; complete ones are taken away."""

    def __init__(self, target: LocalTarget) -> None:
        self._target = target
        # the faults strike whoever keeps the books as well
        retries = {"mode": "standard", "max_attempts": ATTEMPTS}
        self._client = target.new_client("dynamodb", retries=retries)
        self._pending: dict[str, float] = {}

    def accept(self, ids: list[str]) -> None:
        """Note orders that the system has accepted."""
        self._pending.update(dict.fromkeys(ids, time.monotonic()))

    @property
    def waiting(self) -> int:
        """How many have not been seen complete."""
        return len(self._pending)

    def look(self, *, older_than: float = LOOKED_FOR_AFTER_SECONDS) -> None:
        """Take away what is complete of the orders that are so old."""
        limit = time.monotonic() - older_than
        due = [each for each, at in self._pending.items() if at <= limit]
        for first in range(0, len(due), _READ_AT_ONCE):
            some = due[first : first + _READ_AT_ONCE]
            complete = set(some)
            for table in TABLES:
                complete &= self._stored(table, some)
            for table in TABLES:
                self._delete(table, sorted(complete))
            for each in complete:
                del self._pending[each]

    def _stored(self, table: str, ids: list[str]) -> set[str]:
        name, found = self._target.name(table), set[str]()
        asked: dict[str, Any] = {
            name: {
                "Keys": [{"order_id": {"S": each}} for each in ids],
                "ProjectionExpression": "order_id",
                "ConsistentRead": True,
            }
        }
        while asked:
            page = self._client.batch_get_item(RequestItems=asked)
            found |= {item["order_id"]["S"] for item in page["Responses"].get(name, ())}
            asked = page["UnprocessedKeys"]
        return found

    def _delete(self, table: str, ids: list[str]) -> None:
        name = self._target.name(table)
        for first in range(0, len(ids), _WRITTEN_AT_ONCE):
            keys = ids[first : first + _WRITTEN_AT_ONCE]
            asked = {name: [{"DeleteRequest": {"Key": {"order_id": {"S": key}}}} for key in keys]}
            while asked:
                asked = self._client.batch_write_item(RequestItems=asked)["UnprocessedItems"]


def soak_with_faults(
    orders: Iterator[OrderLine], *, minutes: float, rate: float, seed: int
) -> list[Figure]:
    """Send orders for so many minutes, `rate` a second; prints a line for each minute."""
    threads = set(threading.enumerate())
    with LocalTarget.start(seed=seed) as target:
        assert target.pid is not None
        cloud = psutil.Process(target.pid)
        architecture.build(target, 4, alarmed=False)
        books, nemesis = Books(target), Nemesis(target, seed)
        nemesis.start()
        try:
            shown = [
                _minute(target, cloud, orders, books, nemesis, share * 60, rate)
                for share in _shares(minutes)
            ]
        finally:
            nemesis.stop()
        lost = _settle(target, books)
        before = [cloud, *cloud.children(recursive=True)]
    _, left = psutil.wait_procs(before, timeout=10)
    stray = [each for each in threading.enumerate() if each not in threads and not each.daemon]
    return _figures(shown, lost, len(left), len(stray))


def _shares(minutes: float) -> list[float]:
    """Whole minutes, and what is left of one."""
    whole = [1.0] * int(minutes)
    rest = minutes - int(minutes)
    return [*whole, rest] if rest > 0.01 else whole


def _minute(
    target: LocalTarget,
    cloud: psutil.Process,
    orders: Iterator[OrderLine],
    books: Books,
    nemesis: Nemesis,
    seconds: float,
    rate: float,
) -> Minute:
    sent = replay(
        api_address(target),
        _paced(list(islice(orders, round(seconds * rate))), rate),
        speed=1.0,
        connections=CONNECTIONS,
        attempts=100,
    )
    books.accept(sent.accepted)
    books.look()
    _forget_logs(target)
    answers = sorted(sent.answer_ms)
    found = Minute(
        len(sent.accepted),
        median(answers),
        answers[int(len(answers) * 0.95)],
        cloud.memory_info().rss / 1024**2,
        1 + len(cloud.children(recursive=True)),
        books.waiting,
        nemesis.count,
    )
    print(found, flush=True)
    return found


def _paced(lines: list[OrderLine], rate: float) -> list[OrderLine]:
    """The same orders, placed one after the other at a steady rate."""
    begin = datetime.now(UTC)
    return [
        dataclasses.replace(line, placed_at=(begin + timedelta(seconds=n / rate)).isoformat())
        for n, line in enumerate(lines)
    ]


def _forget_logs(target: LocalTarget) -> None:
    """Delete the functions' logs, as a retention would."""
    logs = target.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            with suppress(logs.exceptions.ResourceNotFoundException):
                logs.delete_log_group(logGroupName=group["logGroupName"])


def _settle(target: LocalTarget, books: Books) -> int:
    """Wait for what is under way, dead letters included. Returns how many orders are lost."""
    ends = time.monotonic() + LAST_SECONDS
    while books.waiting and time.monotonic() < ends:
        for queue in (INBOX, *SERVICES):
            if depth(target, dead_letter_name(queue)).total:
                with suppress(target.client("sqs").exceptions.ClientError):
                    # a task that runs already moves them
                    redrive(target, queue)
        time.sleep(2.0)
        books.look(older_than=0.0)
    return books.waiting


def _figures(shown: list[Minute], lost: int, processes: int, threads: int) -> list[Figure]:
    begin = min(SETTLED_MINUTES, len(shown) // 2)
    settled = shown[begin:] or shown
    half = max(len(settled) // 2, 1)
    first, last = settled[:half], settled[-half:]
    latency = median(m.median_ms for m in last) / median(m.median_ms for m in first)
    grown = median(m.resident_mb for m in last) / median(m.resident_mb for m in first)
    return [
        Figure("soak: orders accepted", sum(m.accepted for m in shown), "orders"),
        Figure("soak: faults", shown[-1].faults, "faults"),
        Figure("soak: orders lost", lost, "orders", at_most=0),
        Figure("soak: answer, median of the last half", median(m.median_ms for m in last), "ms"),
        Figure("soak: answer, last half to first", latency, "times", at_most=1.25),
        Figure("soak: memory at the end", shown[-1].resident_mb, "MB"),
        Figure("soak: memory, last half to first", grown, "times", at_most=1.1),
        Figure("soak: processes left after the stop", processes, "processes", at_most=0),
        Figure("soak: threads left after the stop", threads, "threads", at_most=0),
    ]
