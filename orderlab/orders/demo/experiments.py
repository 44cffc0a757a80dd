"""The two experiments of the demo: the whole week, and a part of it with a broken service."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from orderlab.aws_target.base import METER, Target
from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LabError
from orderlab.orders import architecture
from orderlab.orders.books import read_books
from orderlab.orders.dead_letters import redrive
from orderlab.orders.demo.measured import Outage, Run
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.messaging import dead_letter_name
from orderlab.orders.prices import charges
from orderlab.orders.replay import replay
from orderlab.orders.replayed import OnProgress, Replayed
from orderlab.orders.sampling import Sampler
from orderlab.orders.settling import count_items, depth, wait_until_settled

BROKEN = "shipping"
OUTAGE_ORDERS = 200
# A message that failed is hidden for a minute before it is tried again: the queue's visibility
# timeout. In the second experiment alone every wait of the cloud is shortened.
OUTAGE_SPEED = 40.0
OUTAGE_SECONDS = 60.0


def whole_week(
    target: Target, orders: Path, *, speed: float | None, limit: int | None, progress: OnProgress
) -> Run:
    """Build chapter 04, replay, wait until all has settled, and read the books."""
    architecture.build(target, 4)
    before = _usage(target)
    with Sampler(target) as sampler:
        replayed = replay(
            api_address(target), orders, speed=speed, limit=limit, on_progress=progress
        )
        wait_until_settled(target)
    used = {item: amount - before.get(item, 0.0) for item, amount in _usage(target).items()}
    return Run(
        replayed,
        read_books(target, replayed.accepted),
        sampler.samples,
        charges({item: amount for item, amount in used.items() if amount}),
        sampler.peak_memory_mb,
        sampler.peak_environments,
    )


def with_an_outage(orders: Path, *, limit: int | None) -> Outage:
    """A fresh cloud; shipping fails while orders come in, is repaired, and catches up."""
    count = min(limit or OUTAGE_ORDERS, OUTAGE_ORDERS)
    with LocalTarget.start(speed=OUTAGE_SPEED) as target:
        architecture.build(target, 4)
        fault = {"kind": "error", "target": target.name(BROKEN)}
        target.page("faults", "POST", fault)
        began = time.monotonic()
        replayed = replay(api_address(target), orders, limit=count)
        _wait_for_dead_letters(target, replayed)
        while_broken = read_books(target, replayed.accepted)
        repaired = time.monotonic()
        target.page(f"faults?target={target.name(BROKEN)}", "DELETE")
        redrive(target, BROKEN)
        _wait_for_records(target)
        recovered = time.monotonic()
        wait_until_settled(target)
        return Outage(
            replayed,
            while_broken,
            read_books(target, replayed.accepted),
            broken_seconds=repaired - began,
            recovery_seconds=recovered - repaired,
            wait_speed=OUTAGE_SPEED,
        )


def _wait_for_dead_letters(target: Target, replayed: Replayed) -> None:
    """Until every accepted order is a dead letter of the broken service, and done by the others.

    Orders of which the table took none (a repeat, say) leave no event: the table says how many.
    """
    wait_until_settled(target, deadline_seconds=OUTAGE_SECONDS)
    dead = depth(target, dead_letter_name(BROKEN)).total
    if replayed.accepted and not dead:
        raise LabError("Shipping was to be broken, and yet nothing failed.")


def _wait_for_records(target: Target) -> None:
    deadline = time.monotonic() + OUTAGE_SECONDS
    while count_items(target, BROKEN) < count_items(target, architecture.ORDERS):
        if time.monotonic() > deadline:
            return
        time.sleep(0.1)


def _usage(target: Target) -> Mapping[str, float]:
    if METER not in target.can:
        return {}
    items: Mapping[str, float] = target.page("meter")["items"]
    return items
