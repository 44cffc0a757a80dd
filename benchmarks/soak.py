"""What one order leaves in the cloud's memory, part by part, and how long it stays.

python -m benchmarks.soak 3000     so many orders, with a line whenever there are a tenth more
python -m benchmarks.soak 30m      for so many minutes

docs/memory.md says which parts have an end.
"""

from __future__ import annotations

import dataclasses
import json
import math
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from benchmarks.figure import Figure, as_text
from orderlab.aws_target.local import LocalTarget
from orderlab.orders import architecture
from orderlab.orders.parts.api import api_address
from orderlab.orders.reading import SAMPLE, OrderLine, read_orders
from orderlab.orders.replay import replay
from orderlab.orders.settling import wait_until_settled

WARM_UP = 200
ORDERS, ORDERS_QUICK = 3000, 500
AT_A_TIME = 500
LONGEST_SECONDS = 600.0
# the walk through all that is kept takes a second for a million objects, longer on a busy machine
WALK_SECONDS = 600.0
PARTS = {
    "tables": "items in tables",
    "flight recorder": "flight recorder, up to 200,000 hops",
    "logs": "logs, up to 64 MB a group",
    "streams": "records of streams, for 24 hours",
    "metrics": "metrics",
}


def measure(*, quick: bool = False) -> list[Figure]:
    return soak(ORDERS_QUICK if quick else ORDERS)


def soak(orders: int, *, minutes: float = math.inf, tell: bool = False) -> list[Figure]:
    """Send orders, and see what the parts of the cloud hold more than before."""
    ends = time.monotonic() + minutes * 60
    with LocalTarget.start() as target:
        architecture.build(target, 4)
        lines = _new_orders()
        _send(target, list(islice(lines, WARM_UP)))
        before = _look(target)
        sent = told = 0
        while sent < orders and time.monotonic() < ends:
            _send(target, list(islice(lines, AT_A_TIME)))
            sent += AT_A_TIME
            if tell and sent >= told * 1.1:
                print(_line(before, _look(target), sent), flush=True)
                told = sent
        after = _look(target)
    kept = {name: (size - before["parts"][name]["bytes"]) / sent for name, size in _bytes(after)}
    figures = [
        Figure(f"memory of an order: {told}", kept[name] / 1024, "KB")
        for name, told in PARTS.items()
    ]
    others = sum(size for name, size in kept.items() if name not in PARTS)
    return [
        Figure("memory of an order: all that is kept", sum(kept.values()) / 1024, "KB"),
        *figures,
        Figure("memory of an order: everything else", others / 1024, "KB", at_most=1.0),
    ]


def _look(target: LocalTarget) -> dict[str, Any]:
    return dict(target.page("memory", seconds=WALK_SECONDS))


def _send(target: LocalTarget, lines: list[OrderLine]) -> None:
    replay(api_address(target), lines)
    wait_until_settled(target, deadline_seconds=LONGEST_SECONDS)


def _new_orders() -> Iterator[OrderLine]:
    """The sample's orders over and over, each time under new ids."""
    sample = [line for line in read_orders(SAMPLE) if isinstance(line, OrderLine)]
    for number, line in enumerate(cycle(sample)):
        order = {**json.loads(line.body), "order_id": f"soak-{number}"}
        yield dataclasses.replace(line, body=json.dumps(order).encode())


def _bytes(page: dict[str, Any]) -> Iterator[tuple[str, int]]:
    return ((name, part["bytes"]) for name, part in page["parts"].items())


def _line(before: dict[str, Any], after: dict[str, Any], sent: int) -> str:
    parts = (
        f"{name} {(size - before['parts'][name]['bytes']) / sent / 1024:.2f}"
        for name, size in _bytes(after)
    )
    grown = (after["resident"] - before["resident"]) / sent / 1024
    return f"{sent} orders, KB of each: {', '.join(parts)}; the process has grown by {grown:.1f}"


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else str(ORDERS)
    if asked.endswith("m"):
        print(as_text(soak(sys.maxsize, minutes=float(asked[:-1]), tell=True)))
    else:
        print(as_text(soak(int(asked), tell=True)))
