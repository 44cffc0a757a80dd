"""What one order leaves in the cloud's memory, part by part, and how long it stays.

python -m benchmarks.soak 3000     so many orders, with a line whenever there are a tenth more
python -m benchmarks.soak 30m      for so many minutes
python -m benchmarks.soak 30m --faults --rate 50     at a steady rate, while random faults strike

docs/memory.md says which parts have an end.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from benchmarks.figure import Figure, as_text
from benchmarks.soak_faults import soak_with_faults
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
        name = f"soak-{number}"
        order = {**json.loads(line.body), "order_id": name}
        yield dataclasses.replace(line, order_id=name, body=json.dumps(order).encode())


def _bytes(page: dict[str, Any]) -> Iterator[tuple[str, int]]:
    return ((name, part["bytes"]) for name, part in page["parts"].items())


def _line(before: dict[str, Any], after: dict[str, Any], sent: int) -> str:
    parts = (
        f"{name} {(size - before['parts'][name]['bytes']) / sent / 1024:.2f}"
        for name, size in _bytes(after)
    )
    grown = (after["resident"] - before["resident"]) / sent / 1024
    return f"{sent} orders, KB of each: {', '.join(parts)}; the process has grown by {grown:.1f}"


def main() -> None:
    """Measure what the arguments say, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("how_long", nargs="?", default=str(ORDERS), help="orders, or 30m")
    parser.add_argument("--faults", action="store_true", help="while random faults strike")
    parser.add_argument("--rate", type=float, default=50.0, help="orders a second, with --faults")
    parser.add_argument("--seed", type=int, default=7, help="of the faults")
    asked = parser.parse_args()
    in_minutes = asked.how_long.endswith("m")
    minutes = float(asked.how_long[:-1]) if in_minutes else math.inf
    if asked.faults:
        if not in_minutes:
            parser.error("--faults wants minutes, such as 30m")
        figures = soak_with_faults(_new_orders(), minutes=minutes, rate=asked.rate, seed=asked.seed)
    elif in_minutes:
        figures = soak(sys.maxsize, minutes=minutes, tell=True)
    else:
        figures = soak(int(asked.how_long), tell=True)
    print(as_text(figures))


if __name__ == "__main__":
    main()
