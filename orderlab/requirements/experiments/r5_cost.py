"""R5: what it costs while nothing happens, and what an order costs."""

from __future__ import annotations

import time
from collections.abc import Callable

from orderlab.orders.prices import CHECKED_ON
from orderlab.requirements.finding import Finding
from orderlab.requirements.system import System, send

# Long enough that every poller of a queue, which waits up to 20 s, has asked more than once.
IDLE_SECONDS = 60.0
ORDERS = 50


def cost_follows_demand(system: System) -> Finding:
    """Meter a minute (of the system's clock) without orders, and a batch of orders.

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
    idle = _spent(system, lambda: time.sleep(IDLE_SECONDS / system.speed)) / IDLE_SECONDS * 3600
    orders = _spent(system, lambda: send(system, ORDERS)) / ORDERS * 1000
    return Finding(
        "R5",
        "amber" if always_on else "green",
        f"{len(always_on)} things always on; $ {idle:.4f} an idle hour, "
        f"$ {orders:.4f} per 1,000 orders",
        f"metered {IDLE_SECONDS:.0f} s without orders, and {ORDERS} orders; second-hand prices of "
        f"{CHECKED_ON}",
        f"always on: {', '.join(always_on)}" if always_on else "",
    )


def _spent(system: System, action: Callable[[], object]) -> float:
    before = system.cost() or 0.0
    action()
    return (system.cost() or 0.0) - before
