"""Orders per second through the whole system of chapter 04, all three services included.

python -m benchmarks.pipeline     ours, with and without a backlog, and ministack where installed
"""

from __future__ import annotations

import json
import time
from itertools import islice
from statistics import median
from typing import Any

from benchmarks import ministack
from benchmarks.figure import Figure, as_text
from orderlab.aws_target.base import Target
from orderlab.aws_target.local import LocalTarget
from orderlab.orders import architecture
from orderlab.orders.architecture import INBOX, SERVICES
from orderlab.orders.books import read_books
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.messaging import queue_url
from orderlab.orders.reading import SAMPLE, OrderLine, read_orders
from orderlab.orders.replay import replay
from orderlab.orders.sampling import Sampler
from orderlab.orders.settling import count_items, wait_until_settled

WARM_UP = 100
ORDERS_SENT, ORDERS_SENT_QUICK = 500, 200
# by turns with the peer; the figures are the medians
ROUNDS = 5
FEW, MANY = 300, 10_000
# the rate is taken over the first of them, so that both cases are measured over the same work
COUNTED = 250
LONGEST_SECONDS = 180.0


def measure(*, quick: bool = False) -> list[Figure]:
    orders = ORDERS_SENT_QUICK if quick else ORDERS_SENT
    figures = _rates(orders, 1 if quick else ROUNDS)
    if not quick:
        figures += [*_with_a_backlog(), *whole_week()]
    return figures


def _rates(orders: int, rounds: int) -> list[Figure]:
    """The rate, and the peer's on the same machine, by turns: the machine's own speed changes."""
    ours, theirs = [], []
    for _ in range(rounds):
        with LocalTarget.start() as target:
            ours.append(rate(target, orders))
        if ministack.program() is not None:
            with ministack.running() as target:
                theirs.append(rate(target, orders))
    figures = [Figure("end to end, all three consumers", median(ours), "orders/s")]
    if not theirs:
        return figures
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return [
        *figures,
        Figure("the same with ministack", median(theirs), "orders/s"),
        Figure("end to end rate against ministack", ratio, "times", at_least=1.8),
    ]


def _with_a_backlog() -> list[Figure]:
    few, many = backlog_rate(FEW), backlog_rate(MANY)
    return [
        Figure(f"rate with {FEW} orders waiting", few, "orders/s"),
        Figure(f"rate with {MANY:,} orders waiting", many, "orders/s"),
        Figure(f"rate, {MANY:,} waiting against {FEW}", many / few, "times", at_least=0.8),
    ]


def rate(target: Target, orders: int) -> float:
    """Orders per second, once warm: from the first that is accepted to the last record written."""
    architecture.build(target, 4)
    lines = _lines(WARM_UP + orders)
    replay(api_address(target), lines[:WARM_UP])
    wait_until_settled(target, deadline_seconds=LONGEST_SECONDS)
    began = time.time() * 1000
    accepted = replay(api_address(target), lines[WARM_UP:]).accepted
    wait_until_settled(target, deadline_seconds=LONGEST_SECONDS)
    books = read_books(target, accepted)
    if not books.all_well or len(accepted) != orders:
        raise RuntimeError(f"The pipeline lost or doubled orders: {books}")
    return orders / (_last_record(target) - began) * 1000


def backlog_rate(waiting: int) -> float:
    """The rate of the first COUNTED orders with `waiting` in the inbox when the workers begin."""
    with LocalTarget.start() as target:
        architecture.build(target, 4)
        replay(api_address(target), _lines(WARM_UP))
        wait_until_settled(target)
        _worker(target, enabled=False)
        _fill_inbox(target, waiting)
        began = time.time() * 1000
        _worker(target, enabled=True)
        deadline = time.monotonic() + LONGEST_SECONDS
        # one cheap look a quarter of a second: a look must not slow what it looks at
        while count_items(target, SERVICES[-1]) < WARM_UP + FEW:
            if time.monotonic() > deadline:
                raise RuntimeError(f"The backlog of {waiting} does not drain.")
            time.sleep(0.25)
        done = [sorted(t for t in _records(target, name) if t > began) for name in SERVICES]
        return COUNTED / (max(times[COUNTED - 1] for times in done) - began) * 1000


def whole_week() -> list[Figure]:
    """The replay of the sample week: seconds until all has settled, and the peak of memory."""
    with LocalTarget.start() as target:
        architecture.build(target, 4)
        began = time.monotonic()
        with Sampler(target) as sampler:
            replay(api_address(target), SAMPLE)
            wait_until_settled(target)
        seconds = time.monotonic() - began
    memory = sampler.peak_memory_mb
    return [
        Figure("replay of the sample week, until all has settled", seconds, "s", at_most=40.0),
        Figure("memory at its peak, all processes together", memory, "MB", at_most=1500.0),
    ]


def _lines(count: int) -> list[OrderLine]:
    return [line for line in islice(read_orders(SAMPLE), count) if isinstance(line, OrderLine)]


def _last_record(target: Target) -> float:
    """When the last service wrote its last record, in milliseconds since 1970."""
    return max(max(_records(target, name)) for name in SERVICES)


def _records(target: Target, service: str) -> list[float]:
    pages = (
        target.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=target.name(service), ProjectionExpression="applied_ms")
    )
    return [float(item["applied_ms"]["N"]) for page in pages for item in page["Items"]]


def _worker(target: Target, *, enabled: bool) -> None:
    functions = target.client("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName=target.name("process-order"))[
        "EventSourceMappings"
    ]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)
    wanted = "Enabled" if enabled else "Disabled"
    while functions.get_event_source_mapping(UUID=mapping["UUID"])["State"] != wanted:
        time.sleep(0.02)


def _fill_inbox(target: Target, count: int) -> None:
    """Orders straight into the queue, as many as wanted: the sample's, under new ids."""
    sqs, url = target.client("sqs"), queue_url(target, INBOX)
    sample = [json.loads(line.body) for line in _lines(3_000)]
    for start in range(0, count, 10):
        entries: list[dict[str, Any]] = []
        for number in range(start, min(start + 10, count)):
            order = {**sample[number % len(sample)], "order_id": f"backlog-{number}"}
            entries.append({"Id": str(number), "MessageBody": json.dumps(order)})
        sqs.send_message_batch(QueueUrl=url, Entries=entries)


if __name__ == "__main__":
    print(as_text(measure()))
