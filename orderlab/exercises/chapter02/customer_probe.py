"""The orders that exercise 2.2 lays out: one customer's, and others' among them."""

from __future__ import annotations

import secrets
from typing import Any

from orderlab.exercises.chapter02.probing import probe

MINE, OTHERS = 20, 20
_made: list[Any] = []


def orders() -> tuple[list[Any], list[Any]]:
    """A customer's orders of about 2 KB, not put in the order of their times; and others'."""
    if not _made:
        line = {**probe()["lines"][0], "name": "Candles, " + "a long description " * 90}
        days = [(7 * number) % MINE for number in range(MINE)]
        customer = f"c-{secrets.token_hex(4)}"
        mine = [
            probe(customer_id=customer, placed_at=f"2017-11-{day + 1:02d}T08:00:00Z", lines=[line])
            for day in days
        ]
        others = [probe(lines=[line]) for _ in range(OTHERS)]
        _made.append((mine, others))
    pair: tuple[list[Any], list[Any]] = _made[0]
    return pair


def customer() -> str:
    return str(orders()[0][0]["customer_id"])


def newest_ids(count: int) -> list[str]:
    newest = sorted(orders()[0], key=lambda order: order["placed_at"], reverse=True)
    return [order["order_id"] for order in newest[:count]]
