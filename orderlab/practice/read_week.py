"""Looks at the orders of the sample week: when they come, by one rule; and sending them."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.figures import percentiles
from orderlab.practice import orders as practice_orders
from orderlab.showing.exportable import Exportable
from orderlab.showing.sign_of_life import sign_of_life
from orderlab.showing.table import Table

if TYPE_CHECKING:
    from orderlab.showing.picture import Picture

# The page asks every 20 s while the customer stays, two minutes; then four looks in two days.
FIRST_LOOKS = tuple(20 * number for number in range(6))
LATER_LOOKS_WITHIN = (3600, 12 * 3600, 24 * 3600, 48 * 3600)
LOOKS = len(FIRST_LOOKS) + len(LATER_LOOKS_WITHIN)
_MOST_ORDERS = 3_168


@dataclass(frozen=True, slots=True)
class Look:
    """One read of an order: when (s), and of which."""

    at: float
    order_id: str


def looks(orders: Iterable[dict[str, Any]], seed: int) -> list[Look]:
    """Every look at these orders, in the order of their times."""
    chance = random.Random(seed)
    found = []
    for order in orders:
        placed = datetime.fromisoformat(order["placed_at"]).timestamp()
        later = [chance.uniform(120, most) for most in LATER_LOOKS_WITHIN]
        found += [Look(placed + after, order["order_id"]) for after in (*FIRST_LOOKS, *later)]
    return sorted(found, key=lambda look: look.at)


class ReadWeek(Exportable):
    """What reads took and used. Times in milliseconds.

    `.ms`, `.p50`, `.p99`, `.found`, `.units` (read units of the table), `.hits` and `.misses` (of a
    cache, if one was asked), and `.hit_ratio`.
    """

    def __init__(self, ms: list[float], found: int, units: float, hits: int, misses: int) -> None:
        self.ms = ms
        self.found = found
        self.units = units
        self.hits = hits
        self.misses = misses

    @property
    def count(self) -> int:
        return len(self.ms)

    @property
    def p50(self) -> float:
        """Half of the reads took this long or less."""
        return percentiles(self.ms)["p50"]

    @property
    def p99(self) -> float:
        """99 of 100 reads took this long or less."""
        return percentiles(self.ms)["p99"]

    @property
    def hit_ratio(self) -> float:
        """The share of the reads that the cache answered by itself."""
        return self.hits / self.count

    def table(self) -> Table:
        """The figures, one a row."""
        rows = [
            {"figure": "reads", "value": f"{self.count:,}"},
            {"figure": "found", "value": f"{self.found:,}"},
            {"figure": "from the cache", "value": f"{self.hits:,}"},
            {"figure": "read units", "value": f"{self.units:,.1f}"},
            {"figure": "p50", "value": f"{self.p50:.2f} ms"},
            {"figure": "p99", "value": f"{self.p99:.2f} ms"},
        ]
        return Table(rows, caption=f"{self.count:,} reads of the week, one after the other")

    def __repr__(self) -> str:
        return (
            f"{self.count:,} reads: {self.hits:,} from the cache, {self.units:,.1f} read units, "
            f"p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms"
        )

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def read_week(
    target: Target, client: Any, table: str, *, orders: int, seed: int, strong: bool
) -> ReadWeek:
    """Send the looks at the week's first orders through a client, one after the other."""
    _check_orders(orders)
    wanted = looks(practice_orders.week()[:orders], seed)
    name, ms, found = target.name(table), [], 0
    units, before = _read_units(target, name), _cache_counts(target, client)
    with sign_of_life(f"Reading {len(wanted):,} times ..."):
        for look in wanted:
            key = {"order_id": {"S": look.order_id}}
            began = time.perf_counter()
            got = client.get_item(TableName=name, Key=key, ConsistentRead=strong)
            ms.append(1000 * (time.perf_counter() - began))
            found += "Item" in got
    after = _cache_counts(target, client, at_least=sum(before) + (0 if strong else len(wanted)))
    hits, misses = (int(now - then) for now, then in zip(after, before, strict=True))
    return ReadWeek(ms, found, _read_units(target, name) - units, hits, misses)


def hit_ratios(seconds: Sequence[float], *, seed: int) -> dict[float, float]:
    """By time to live: the share of the whole week's looks that a cache of items would answer.

    Computed from the times of the looks. A cache never shortens what it holds when it is read, so
    that an item is read again once its time is over.
    """
    week = looks(practice_orders.week(), seed)
    return {ttl: _hits(week, ttl) / len(week) for ttl in seconds}


def times_plot(reads: Mapping[str, ReadWeek]) -> Picture:
    """How long reads took, at each hundredth of them."""
    from orderlab.showing.plots import line_plot

    hundredths = list(range(1, 100))
    lines = {}
    for name, each in reads.items():
        ordered = sorted(each.ms)
        lines[name] = [ordered[part * len(ordered) // 100] for part in hundredths]
    count = min(each.count for each in reads.values())
    return line_plot(
        f"How long a read takes, from the quickest to the slowest of {count:,}",
        lines,
        x=hundredths,
        x_label="of 100 reads",
        y_label="ms (log)",
        log=True,
        n=count,
    )


def _hits(week: Sequence[Look], ttl: float) -> int:
    expires: dict[str, float] = {}
    hits = 0
    for look in week:
        if look.at < expires.get(look.order_id, float("-inf")):
            hits += 1
        else:
            expires[look.order_id] = look.at + ttl
    return hits


def _check_orders(orders: Any) -> None:
    if isinstance(orders, bool) or not isinstance(orders, int) or not 1 <= orders <= _MOST_ORDERS:
        raise LearnerError(
            f"{orders!r} is not a number of orders of the week.",
            advice=f"Take a whole number from 1 to {_MOST_ORDERS:,}.",
        )


def _read_units(target: Target, table: str) -> float:
    metered = target.page("meter")["resources"].get("dynamodb.read_units", {})
    return float(metered.get(table, 0.0))


def _cache_counts(target: Target, client: Any, at_least: int = 0) -> tuple[int, int]:
    """Hits and misses of whatever cache the client asks; zeros if it asks none.

    A cluster writes its metrics a moment later, so they are waited for, two seconds at most.
    """
    if hasattr(client, "hits"):
        return client.hits, client.misses
    if not type(client).__module__.startswith("amazondax"):
        return 0, 0
    deadline = time.monotonic() + 2.0
    for _ in itertools.count():
        counts = _metric(target, "ItemCacheHits"), _metric(target, "ItemCacheMisses")
        if sum(counts) >= at_least or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return counts


def _metric(target: Target, name: str) -> int:
    """The sum of a metric over all clusters of the account."""
    now = time.time()
    points = target.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/DAX",
        MetricName=name,
        StartTime=now - 6 * 3600,
        EndTime=now + 6 * 3600,
        Period=12 * 3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return int(sum(point["Sum"] for point in points))
