"""R5: what it costs while nothing happens, and what an order costs."""

from __future__ import annotations

import time

from orderlab.orders.prices import CHECKED_ON
from orderlab.requirements.finding import Finding
from orderlab.requirements.system import System, send

IDLE_SECONDS = 1.0
ORDERS = 50


def cost_follows_demand(system: System) -> Finding:
    """Meter a moment without orders and a batch of orders.

    Green: nothing is always on; red: something is paid for by the hour.
    """
    always_on = system.always_on()
    if system.cost() is None:
        return Finding(
            "R5",
            "red",
            f"{len(always_on)} things always on",
            f"listed what runs while no order comes: {', '.join(always_on)}",
        )
    idle = _spent(system, lambda: time.sleep(IDLE_SECONDS)) / IDLE_SECONDS * 3600
    orders = _spent(system, lambda: send(system, ORDERS)) / ORDERS * 1000
    return Finding(
        "R5",
        "amber" if always_on else "green",
        f"{len(always_on)} things always on",
        f"metered an idle moment and {ORDERS} orders: about $ {_rounded(idle)} an idle hour, "
        f"$ {_rounded(orders)} per 1,000 orders (prices of {CHECKED_ON}, second-hand)",
    )


def _spent(system: System, action: object) -> float:
    before = system.cost() or 0.0
    assert callable(action)
    action()
    return (system.cost() or 0.0) - before


def _rounded(usd: float) -> str:
    return f"{usd:.4f}"
