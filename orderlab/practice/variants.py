"""The same orders along different ways, and what each way took: time, copies, requests, money."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.figures import percentiles
from orderlab.orders.parts.messaging import queue_url
from orderlab.orders.prices import charges, total_usd
from orderlab.practice.metered import Metered
from orderlab.practice.orders import fresh, week
from orderlab.showing.exportable import Exportable
from orderlab.showing.picture import Picture
from orderlab.showing.plots import bar_plot
from orderlab.showing.sign_of_life import sign_of_life
from orderlab.showing.table import Table

Send = Callable[[dict[str, Any]], Any]
MILLION = 1_000_000
_PATIENCE_SECONDS = 30.0
_STILL_SECONDS = 0.5


@dataclass
class Way:
    """One way: when each order was sent, and when a copy of it was received."""

    name: str
    sent: dict[str, float] = field(default_factory=dict)
    received: dict[str, list[float]] = field(default_factory=dict)
    items: dict[str, float] = field(default_factory=dict)

    @property
    def arrived(self) -> int:
        """Orders that came at least once."""
        return len(self.received)

    @property
    def twice(self) -> int:
        """Orders that came more than once."""
        return sum(len(times) > 1 for times in self.received.values())

    @property
    def milliseconds(self) -> list[float]:
        """From sending to the first copy."""
        return [1000 * (times[0] - self.sent[each]) for each, times in self.received.items()]

    @property
    def p50(self) -> float:
        return percentiles(self.milliseconds).get("p50", float("nan"))

    @property
    def p99(self) -> float:
        return percentiles(self.milliseconds).get("p99", float("nan"))

    def usd_a_million(self, *services: str) -> float:
        """What a million orders cost on this way as metered: of these services, or all."""
        chosen = {
            item: quantity
            for item, quantity in self.items.items()
            if not services or item.split(".")[0] in services
        }
        return total_usd(charges(chosen)) / max(1, len(self.sent)) * MILLION


class Variants(Exportable):
    """The ways beside each other; `variants["SNS"]` is one of them."""

    def __init__(self, ways: list[Way], seed: int) -> None:
        self._ways = {way.name: way for way in ways}
        self.seed = seed

    def __getitem__(self, name: str) -> Way:
        if name not in self._ways:
            raise LearnerError(
                f"There is no variant {name!r}.", advice=f"There are: {', '.join(self._ways)}."
            )
        return self._ways[name]

    def table(self) -> Table:
        rows = [
            {
                "variant": way.name,
                "orders": len(way.sent),
                "arrived": way.arrived,
                "twice": way.twice,
                "p50": f"{way.p50:.0f} ms",
                "p99": f"{way.p99:.0f} ms",
            }
            for way in self._ways.values()
        ]
        return Table(rows, caption=f"The same orders (seed {self.seed}), from sending to receiving")

    def plot(self, title: str = "From sending to receiving") -> Picture:
        """The median and the p99 of each way."""
        bars = {}
        for way in self._ways.values():
            bars[f"{way.name}, p50"], bars[f"{way.name}, p99"] = way.p50, way.p99
        count = len(next(iter(self._ways.values())).sent)
        return bar_plot(title, bars, y_label="ms", n=count, seed=self.seed)

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def compare_variants(
    target: Target, ways: Mapping[str, tuple[Send, str]], *, orders: int = 100, seed: int = 7
) -> Variants:
    """Send the same seeded orders along each way, one way after the other.

    A way is a function that sends one order, and the queue at its end. The orders of each way have
    ids of their own; their contents are the same.
    """
    if not ways or not 1 <= orders <= 2000:
        raise LearnerError(
            "There is nothing to compare.", advice="Give ways, and 1 to 2,000 orders."
        )
    chosen = random.Random(seed).sample(week(), orders)
    done = []
    with sign_of_life(f"Sending {orders} orders along {len(ways)} ways ..."):
        for name, (send, queue) in ways.items():
            names = [each["order_id"] for each in fresh(orders)]
            mine = [{**order, "order_id": each} for order, each in zip(chosen, names, strict=True)]
            done.append(_follow(target, Way(name), send, queue, mine))
    return Variants(done, seed)


def _follow(target: Target, way: Way, send: Send, queue: str, orders: list[dict[str, Any]]) -> Way:
    """Send, while a reader notes what comes; ends when all came and nothing more does."""
    ids = {order["order_id"] for order in orders}
    stop = threading.Event()
    reader = threading.Thread(target=_read, args=(target, queue, way, ids, stop), daemon=True)
    with Metered(target) as used:
        reader.start()
        try:
            for order in orders:
                way.sent[order["order_id"]] = time.monotonic()
                send(order)
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while len(way.received) < len(ids) and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(_STILL_SECONDS)  # for copies that nobody wants
        finally:
            stop.set()
            reader.join(10)
    way.items = used.items
    return way


def _read(target: Target, queue: str, way: Way, ids: set[str], stop: threading.Event) -> None:
    sqs, url = target.client("sqs"), queue_url(target, queue)
    while not stop.is_set():
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
        now = time.monotonic()
        for message in got.get("Messages", []):
            found = _order_id(message["Body"])
            if found in ids:
                way.received.setdefault(found, []).append(now)
        if entries := [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(got.get("Messages", []))
        ]:
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)


def _order_id(body: str) -> str:
    """The order that a message tells of, wherever in the body its id stands."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    for place in (found, found.get("detail") if isinstance(found, dict) else None):
        if isinstance(place, dict):
            named = place.get("order_id") or place.get("order")
            if isinstance(named, str):
                return named
    return ""
