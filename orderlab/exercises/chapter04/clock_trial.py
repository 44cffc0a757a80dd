"""Trying the inbox's clock: orders that take their time, and one whose worker dies."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import until
from orderlab.exercises.chapter04.probes import bodies
from orderlab.exercises.chapter04.shop import FUNCTION, speed, struck
from orderlab.orders.architecture import INBOX, ORDERS
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.messaging import dead_letter_name
from orderlab.orders.parts.names import ignoring
from orderlab.orders.reading import OrderLine
from orderlab.orders.replay import replay
from orderlab.orders.settling import depth
from orderlab.practice.deliveries import deliveries, handed_over, received_at
from orderlab.requirements.system import fresh_orders

WORK_SECONDS = 4
# orders that are sent one after the other, so that a poller is free to take one that shows again
WAVES = 12
_LABEL = "check-4.5"
_WAVE_SECONDS = 6.0
_COME_BACK_SECONDS = 200.0


@dataclass(frozen=True)
class Trial:
    """What happened. Seconds are of the queue's time, which passes faster than real time here."""

    twice: int = 0
    stored: bool = False
    longest: float = 0.0
    back_after: float | None = None
    refused: str = ""
    # calls that Lambda refused for want of concurrency; whether the lost order is a dead letter
    throttled: int = 0
    dead: bool = False


def try_clock(target: Target) -> Trial:
    """Send orders while each batch takes long; the first one's worker dies before it can delete."""
    lines = list(fresh_orders(WAVES + 1))
    dying, living = lines[0].order_id, [line.order_id for line in lines[1:]]
    kill = {"kind": "kill", "ids": [dying], "limit": 1}
    slow = {"kind": "slow", "seconds": WORK_SECONDS}
    _cold(target)
    with struck(target, _LABEL, kill, slow):
        refused = _send(target, lines[:1])
        for line in lines[1:]:
            refused = refused or _send(target, [line])
            if refused or _again(target, living):
                break
    if refused:
        return Trial(refused=refused)
    twice = _again(target, living)
    if twice:
        # a batch is measured when it has ended
        until(lambda: not depth(target, INBOX).total, 15.0)
    invocations = handed_over(target, FUNCTION, living)
    longest = max((hop["duration_ms"] for hop in invocations), default=0.0) / 1000 * speed(target)
    refusals = sum("TooManyRequests" in hop["outcome"] for hop in invocations)
    if twice:
        return Trial(twice=twice, longest=longest, throttled=refusals)
    back = _back_after(target, dying)
    dead = back is None and bool(bodies(target, dying, dead_letter_name(INBOX)))
    return Trial(0, _stored(target, living), longest, back, throttled=refusals, dead=dead)


def _send(target: Target, lines: list[OrderLine]) -> str:
    """Send orders and wait until they are done, or received again; a sentence if one is refused."""
    done = replay(api_address(target), iter(lines), connections=1, attempts=6)
    if done.refused:
        return done.refused[0].reason[:160]
    ids = [line.order_id for line in lines]
    until(lambda: _done(target, ids) or bool(_again(target, ids)), _WAVE_SECONDS)
    return ""


def _done(target: Target, ids: list[str]) -> bool:
    """Whether each was handed to the function and the function has answered."""
    return all(handed_over(target, FUNCTION, [each]) for each in ids)


def _again(target: Target, ids: Iterable[str]) -> int:
    return sum(count > 1 for count in deliveries(target, INBOX, ids).values())


def _back_after(target: Target, order_id: str) -> float | None:
    pace = speed(target)
    until(lambda: len(received_at(target, INBOX, order_id)) > 1, _COME_BACK_SECONDS / pace)
    moments = received_at(target, INBOX, order_id)
    return (moments[1] - moments[0]) * pace if len(moments) > 1 else None


def _stored(target: Target, ids: list[str]) -> bool:
    client, found = target.client("dynamodb"), 0
    with ignoring("ResourceNotFoundException"):
        for each in ids:
            item = client.get_item(
                TableName=target.name(ORDERS), Key={"order_id": {"S": each}}, ConsistentRead=True
            )
            found += "Item" in item
    return found == len(ids)


def _cold(target: Target) -> None:
    """Let the idle environments go, so that the first order meets a cold start."""
    for _ in range(8):
        target.page(f"environments?function={target.name(FUNCTION)}&which=idle", "DELETE")
    time.sleep(0.05)
