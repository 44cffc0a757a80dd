"""A backlog in the inbox, and how process-order works it off."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import until, url_of
from orderlab.exercises.chapter04.shop import FUNCTION, speed, struck
from orderlab.orders.architecture import INBOX
from orderlab.orders.architecture import ORDERS as TABLE
from orderlab.orders.parts.api import api_address
from orderlab.orders.replay import replay
from orderlab.orders.settling import depth
from orderlab.practice.deliveries import (
    deliveries,
    handed_over,
    most_at_once,
    received_at,
)
from orderlab.requirements.system import fresh_orders

ORDERS = 60
AT_ONCE = 2
CALL_SECONDS = 4
# of the queue's time: with two at a time, thirty calls of four seconds
WITHIN = 60
_MOST_CALLS = AT_ONCE * WITHIN // CALL_SECONDS
_SLOW_MS = 900 * CALL_SECONDS
_PATIENCE_SECONDS = 25.0
_LABEL = "check-4.7"


@dataclass(frozen=True)
class Drained:
    """How a backlog was worked off: calls, how many at once, refused ones, orders stored,
    orders that were received again.

    `needed` is the time that these calls take by arithmetic, in seconds of the queue: a busy
    machine adds its own, which is nobody's setting.
    """

    calls: int = 0
    most: int = 0
    throttled: int = 0
    stored: int = 0
    needed: float = 0.0
    again: int = 0
    refused: str = ""


def drain(target: Target) -> Drained:
    """Send a backlog, and watch until it is gone or the verdict is clear."""
    slow = {"kind": "slow", "seconds": CALL_SECONDS}
    with struck(target, _LABEL, slow):
        done = replay(api_address(target), fresh_orders(ORDERS), connections=8, attempts=6)
        if done.refused:
            return Drained(refused=done.refused[0].reason[:160])
        ids = list(done.accepted)
        until(lambda: _too_many(target, ids) or not depth(target, INBOX).total, _PATIENCE_SECONDS)
    until(lambda: not depth(target, INBOX).total, _PATIENCE_SECONDS)
    invocations = handed_over(target, FUNCTION, ids)
    ran = [hop for hop in invocations if hop["outcome"] == "ok"]
    # a trial that was cut short has fast ones at its end
    most = most_at_once(hop for hop in ran if hop["duration_ms"] >= _SLOW_MS / speed(target))
    return Drained(
        len(ran),
        most,
        sum("TooManyRequests" in hop["outcome"] for hop in invocations),
        _count(target, ids),
        float(math.ceil(len(ran) / max(min(most, AT_ONCE), 1)) * CALL_SECONDS),
        sum(count > 1 for count in deliveries(target, INBOX, ids).values()),
    )


def _too_many(target: Target, ids: list[str]) -> bool:
    """Whether so many calls were made that it can't be done in time."""
    ended = [hop for hop in handed_over(target, FUNCTION, ids) if hop["outcome"] == "ok"]
    return len(ended) > _MOST_CALLS


def lone_order(target: Target) -> float:
    """How long an order that comes alone waits until process-order is called, in seconds of the
    queue's time."""
    began = time.time()
    done = replay(api_address(target), fresh_orders(1), connections=1, attempts=6)
    pace, ids = speed(target), list(done.accepted)
    until(lambda: bool(handed_over(target, FUNCTION, ids)), 30.0)
    calls = handed_over(target, FUNCTION, ids)
    if not calls:
        return math.inf
    # from the receiving, so that a busy machine's way to the queue does not count
    received = received_at(target, INBOX, ids[0])
    return (float(calls[0]["at"]) - (received[0] if received else began)) * pace


def visibility_seconds(target: Target) -> int:
    """How long the inbox hides a message that was received."""
    asked = target.client("sqs").get_queue_attributes(
        QueueUrl=url_of(target, INBOX), AttributeNames=["VisibilityTimeout"]
    )
    return int(asked["Attributes"]["VisibilityTimeout"])


def _count(target: Target, ids: list[str]) -> int:
    client, found = target.client("dynamodb"), 0
    for each in ids:
        item = client.get_item(
            TableName=target.name(TABLE), Key={"order_id": {"S": each}}, ConsistentRead=True
        )
        found += "Item" in item
    return found
