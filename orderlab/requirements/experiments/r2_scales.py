"""R2: a promotion begins, on the clock."""

from __future__ import annotations

from orderlab.orders.scale import BUSIEST_PER_SECOND, PROMOTION_PER_SECOND
from orderlab.requirements.finding import Finding
from orderlab.requirements.system import System, send_on_the_clock
from orderlab.requirements.waiting import wait_for

ORDERS = 45
# What the account can spare for order processing in (b), and how long one order then takes.
CAP = 2
SLOW_SECONDS = 0.5


def scales(system: System) -> Finding:
    """(a) Orders arrive at the promotion's rate. (b) The same, when order processing has less
    concurrency than that rate needs: `CAP` orders at a time of `SLOW_SECONDS` each.

    Green: in both, no order is refused or lost, and nobody resized anything. Only (a): amber.
    """
    refused, lost = _promotion(system)
    told = f"{refused} of {ORDERS} refused, {lost} lost"
    if refused or lost:
        return Finding("R2", "red", told, _how("not tried: (a) does not hold"))
    with system.limited_processing(CAP, SLOW_SECONDS):
        over, gone = _promotion(system)
    also = f"above what processing lets through: {over} refused, {gone} lost"
    return Finding(
        "R2",
        "amber" if over or gone else "green",
        f"{told}; {also}",
        _how(f"the same with {CAP} orders processed at a time, {SLOW_SECONDS} s each"),
        f"(a) holds, and (b) does not: {also}" if over or gone else "",
    )


def _promotion(system: System) -> tuple[int, int]:
    """Orders refused and lost."""
    sent = send_on_the_clock(system, ORDERS, PROMOTION_PER_SECOND)
    ids = sent.accepted
    wait_for(lambda: len(system.account(ids).stored) == len(ids), system.patience_seconds())
    return ORDERS - len(ids), len(ids) - len(system.account(ids).stored)


def _how(second: str) -> str:
    return (
        f"(a) {ORDERS} orders on the clock, {PROMOTION_PER_SECOND:.0f} a second, ten times the "
        f"busiest hour's {BUSIEST_PER_SECOND:.0f}, each sent once; (b) {second}"
    )
