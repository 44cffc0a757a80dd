"""R2: a promotion begins."""

from __future__ import annotations

from orderlab.requirements.finding import Colour, Finding
from orderlab.requirements.system import System, send
from orderlab.requirements.waiting import wait_for

USUAL_CLIENTS = 4
SPIKE = 10
ORDERS = 240


def scales(system: System) -> Finding:
    """Ten times the usual number of clients at once; nobody resizes anything.

    Green: no order refused, none lost.
    """
    sent = send(system, ORDERS, connections=USUAL_CLIENTS * SPIKE)
    ids = sent.accepted
    wait_for(lambda: len(system.account(ids).stored) == len(ids), 8.0)
    lost = len(ids) - len(system.account(ids).stored)
    refused = ORDERS - len(ids)
    colour: Colour = "green" if not refused and not lost else "red"
    return Finding(
        "R2",
        colour,
        f"{refused} of {ORDERS} orders refused, {lost} lost",
        f"{ORDERS} orders from {USUAL_CLIENTS * SPIKE} clients at once, "
        f"{SPIKE} times the usual {USUAL_CLIENTS}, each sent once",
    )
