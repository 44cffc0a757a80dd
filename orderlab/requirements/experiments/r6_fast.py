"""R6: how long the customer waits, while a service behind is slow."""

from __future__ import annotations

from orderlab.orders.figures import percentiles
from orderlab.requirements.finding import Colour, Finding
from orderlab.requirements.system import System, send

LIMIT_MS = 1000.0
SLOW = "shipping"
SLOW_SECONDS = 1.5
ORDERS = 24
CLIENTS = 8


def answers_fast(system: System) -> Finding:
    """Slow shipping down and time the answers.

    Green: p99 of the time to answer stays under the limit. First starts are not counted: a few
    orders go ahead.
    """
    send(system, 12, attempts=4)
    # the answers are timed by the clock on the wall, so the slowness must pass by it too
    system.slow_service(SLOW, SLOW_SECONDS * system.speed)
    try:
        sent = send(system, ORDERS, connections=CLIENTS)
    finally:
        system.mend(SLOW)
    figures = percentiles(sent.answer_ms)
    if not figures:
        return Finding("R6", "red", "no order was accepted", _how())
    colour: Colour = "green" if figures["p99"] < LIMIT_MS and not sent.refused else "red"
    return Finding("R6", colour, f"p99 {figures['p99']:.0f} ms (limit {LIMIT_MS:.0f} ms)", _how())


def _how() -> str:
    return (
        f"{ORDERS} orders from {CLIENTS} clients while {SLOW} took {SLOW_SECONDS} s longer for "
        "each batch"
    )
