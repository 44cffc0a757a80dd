"""What became of the orders of a storm: what the tables hold, and what the flight recorder saw.

Promises are judged by the tables, through DynamoDB's API. The flight recorder says in which order
things happened, and on which way an order was lost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.storm.parts import Parts
from orderlab.trace import component

# small enough that the cloud has time for others between two pages
HOPS_A_PAGE = 2_000
_WRITES = {"PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems"}


@dataclass(frozen=True, slots=True)
class Hop:
    """Something that happened to an order. `source` and `target` are short names as in a trace:
    `shipping`, `shipping (queue)`, `shipping (table)`. `fault` is what it was struck with."""

    at: float
    source: str
    target: str
    action: str
    outcome: str = "ok"
    duration_ms: float = 0.0
    fault: str = ""
    status: int = 0

    @property
    def end(self) -> float:
        return self.at + self.duration_ms / 1000

    @property
    def writes(self) -> bool:
        """Whether an item was written."""
        return self.action in _WRITES and self.outcome == "ok" and self.target.endswith(" (table)")


@dataclass
class Evidence:
    """By order id: what is stored, how often each service has applied it, and every hop."""

    stored: set[str] = field(default_factory=set)
    applied: dict[str, Counter[str]] = field(default_factory=dict)
    hops: dict[str, list[Hop]] = field(default_factory=dict)

    def written(self, order_id: str, table: str) -> float | None:
        """When the order was first written to a table, in seconds since 1970."""
        wanted = f"{table} (table)"
        ends = [h.end for h in self.hops.get(order_id, ()) if h.writes and h.target == wanted]
        return min(ends, default=None)

    def reached(self, order_id: str, queue: str) -> bool:
        """Whether a queue took the order."""
        wanted = f"{queue} (queue)"
        return any(
            hop.target == wanted and hop.action == "SendMessage"
            for hop in self.hops.get(order_id, ())
        )


def gather(
    target: Target, parts: Parts, ids: Iterable[str], since: int, *, hops: bool = True
) -> Evidence:
    """Read the tables and, unless told otherwise, the recorder's hops after number `since`."""
    wanted = set(ids)
    evidence = Evidence(hops=read_hops(target, wanted, since) if hops else {})
    if parts.order_table:
        evidence.stored = wanted & set(count_items(target, parts.order_table, wanted))
    for service in parts.services:
        evidence.applied[service.name] = count_items(target, service.name, wanted)
    return evidence


def count_items(target: Target, table: str, wanted: set[str]) -> Counter[str]:
    """How often each order stands in a table: items, or what their counter `applied` says."""
    counted: Counter[str] = Counter()
    for item in _items(target, table):
        order_id = item.get("order_id", {}).get("S")
        if order_id in wanted:
            counted[order_id] += _times(item)
    return counted


def _times(item: dict[str, Any]) -> int:
    try:
        return max(1, int(item["applied"]["N"]))
    except (KeyError, ValueError):
        return 1


def _items(target: Target, table: str) -> Iterator[dict[str, Any]]:
    client = target.client("dynamodb")
    pages = client.get_paginator("scan").paginate(
        TableName=target.name(table),
        ProjectionExpression="order_id, applied",
        ConsistentRead=True,
    )
    try:
        for page in pages:
            yield from page["Items"]
    except client.exceptions.ResourceNotFoundException:
        return


def read_hops(target: Target, wanted: set[str], since: int) -> dict[str, list[Hop]]:
    """Every hop of the wanted orders after number `since`, in the order of their ends."""
    found: dict[str, list[Hop]] = defaultdict(list)
    after, last = since, since + 1
    while after < last:
        page = target.page(f"recorder?after={after}&limit={HOPS_A_PAGE}")
        for each in page["hops"]:
            ids = wanted.intersection(each["ids"])
            if ids:
                hop = as_hop(each, target.name(""))
                for order_id in ids:
                    found[order_id].append(hop)
        after, last = page["next"], page["last"]
        if not page["hops"]:
            break
    return {order_id: sorted(hops, key=lambda hop: hop.at) for order_id, hops in found.items()}


def as_hop(entry: dict[str, Any], prefix: str = "") -> Hop:
    """A hop of the flight recorder, under the names that people use."""
    detail = entry.get("detail") or {}
    return Hop(
        entry["at"],
        component(entry["source"]).removeprefix(prefix),
        component(entry["target"]).removeprefix(prefix),
        entry["action"],
        entry["outcome"],
        entry["duration_ms"],
        detail.get("fault", ""),
        int(detail.get("status", 0)),
    )
