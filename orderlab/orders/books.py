"""What the tables say in the end: stored, delivered to each service, lost, applied twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.architecture import INBOX, ORDERS, SERVICES
from orderlab.orders.dead_letters import dead_order_ids


@dataclass
class Books:
    """The orders of a system, counted by reading its tables and dead-letter queues.

    `applied` is by service: how many of the stored orders it has a record of. `lost` are accepted
    orders that are neither in the table (or, by service, its record) nor among the dead letters.
    `end_to_end_ms` holds, for each order that all services did, the milliseconds from the moment
    it was accepted into storage to the last service's record.
    """

    accepted: int = 0
    stored: int = 0
    applied: dict[str, int] = field(default_factory=dict)
    twice: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)
    end_to_end_ms: list[float] = field(default_factory=list)
    # from the first order accepted to the last record written, in seconds
    span_seconds: float = 0.0

    @property
    def all_well(self) -> bool:
        return not any(self.lost.values()) and not any(self.twice.values())


def read_books(target: Target, accepted: Iterable[str]) -> Books:
    """Compare what was accepted with what the tables hold. Reads every table once."""
    ids = set(accepted)
    stored = {i["order_id"]["S"]: _number(i, "accepted_ms") for i in _scan(target, ORDERS)}
    dead = {queue: dead_order_ids(target, queue) for queue in (INBOX, *SERVICES)}
    books = Books(accepted=len(ids), stored=len(stored))
    books.dead = {queue: len(found) for queue, found in dead.items()}
    books.lost[ORDERS] = len(ids - set(stored) - set(dead[INBOX]))
    last: dict[str, float] = {}
    complete = set(stored)
    for service in SERVICES:
        records = {item["order_id"]["S"]: item for item in _scan(target, service)}
        books.applied[service] = len(records.keys() & stored.keys())
        books.twice[service] = sum(_number(item, "applied") > 1 for item in records.values())
        books.lost[service] = len(set(stored) - set(records) - set(dead[service]))
        complete &= set(records)
        for order_id, item in records.items():
            last[order_id] = max(last.get(order_id, 0.0), _number(item, "applied_ms"))
    books.end_to_end_ms = [last[order_id] - stored[order_id] for order_id in complete]
    if last and stored:
        books.span_seconds = (max(last.values()) - min(stored.values())) / 1000
    return books


def _scan(target: Target, table: str) -> Iterator[dict[str, Any]]:
    pages = (
        target.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=target.name(table),
            ProjectionExpression="order_id, accepted_ms, applied, applied_ms",
            ConsistentRead=True,
        )
    )
    for page in pages:
        yield from page["Items"]


def _number(item: dict[str, Any], name: str) -> float:
    return float(item[name]["N"]) if name in item else 0.0
