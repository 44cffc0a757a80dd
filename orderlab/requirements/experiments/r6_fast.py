"""R6: how long the customer waits, while a service is slow, and while processing is."""

from __future__ import annotations

from collections.abc import Callable

from orderlab.orders.figures import percentiles
from orderlab.requirements.finding import Finding
from orderlab.requirements.system import System, send
from orderlab.requirements.waiting import wait_for

LIMIT_MS = 1000.0
SLOW = "shipping"
SLOW_SECONDS = 1.5
PROCESSING_SECONDS = 2.0
ORDERS = 24
CLIENTS = 8
AHEAD = 12


def answers_fast(system: System) -> Finding:
    """Time the answers (a) while shipping is slow, (b) while processing one order takes 2 s.

    Green: in both, p99 of the time to answer stays under the limit. Only (a): amber. First starts
    are not counted: a few orders go ahead.
    """
    ahead = send(system, AHEAD, attempts=4).accepted
    if not ahead or not wait_for(lambda: _reaches(system, ahead[0]), system.patience_seconds(SLOW)):
        return Finding(
            "R6",
            "red",
            f"no order reaches {SLOW}",
            f"sent {AHEAD} orders and looked for them at {SLOW}; so a slow service can't be tried",
        )
    # the answers are timed by the clock on the wall, so the slowness must pass by it too
    first, told = _timed(
        system,
        lambda: system.slow_service(SLOW, SLOW_SECONDS * system.speed),
        lambda: system.mend(SLOW),
    )
    if not first:
        return Finding("R6", "red", f"{SLOW} slow: {told}", _how("not tried: (a) does not hold"))
    second, also = _timed(
        system,
        lambda: system.slow_processing(PROCESSING_SECONDS * system.speed),
        system.mend_processing,
    )
    return Finding(
        "R6",
        "green" if second else "amber",
        f"{SLOW} slow: {told}; processing slow: {also}",
        _how(f"{ORDERS} orders while processing one took {PROCESSING_SECONDS:.0f} s longer"),
        "" if second else f"(a) holds, and (b) does not: {also} while processing is slow",
    )


def _reaches(system: System, order_id: str) -> bool:
    return bool(system.account([order_id]).complete(SLOW, [order_id]))


def _timed(
    system: System, slow: Callable[[], object], mend: Callable[[], object]
) -> tuple[bool, str]:
    slow()
    try:
        sent = send(system, ORDERS, connections=CLIENTS)
    finally:
        mend()
    figures = percentiles(sent.answer_ms)
    if not figures:
        return False, "no order was accepted"
    good = figures["p99"] < LIMIT_MS and not sent.refused
    return good, f"p99 {figures['p99']:.0f} ms (limit {LIMIT_MS:.0f} ms)"


def _how(second: str) -> str:
    return (
        f"(a) {ORDERS} orders from {CLIENTS} clients while {SLOW} took {SLOW_SECONDS} s longer for "
        f"each batch; (b) {second}"
    )
