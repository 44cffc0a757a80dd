"""R1: a consumer is broken while orders come in."""

from __future__ import annotations

from orderlab.requirements.finding import Finding
from orderlab.requirements.system import SERVICES, System, send
from orderlab.requirements.waiting import wait_for

ORDERS = 30
BROKEN = "shipping"


def resilient(system: System) -> Finding:
    """Break shipping, send orders once each, mend it, and see who has them.

    Green: all accepted, the others complete meanwhile, the broken one catches up, none twice.
    """
    others = [service for service in SERVICES if service != BROKEN]
    system.break_service(BROKEN)
    try:
        sent = send(system, ORDERS)
        ids = sent.accepted
        wait_for(lambda: _complete(system, others, ids), 6.0)
        meanwhile = _complete(system, others, ids)
    finally:
        system.mend(BROKEN)
    caught_up = bool(ids) and wait_for(
        lambda: _complete(system, [BROKEN], ids), system.patience_seconds()
    )
    account = system.account(ids)
    lost = len(ids) - len(account.stored)
    twice = account.twice(ids)
    good = len(ids) == ORDERS and meanwhile and caught_up and not lost and not twice
    return Finding(
        "R1",
        "green" if good else "red",
        f"{len(ids)} of {ORDERS} orders accepted, {lost} of them lost",
        f"{ORDERS} orders while {BROKEN} failed, each sent once; "
        f"inventory and invoicing {'went on' if ids and meanwhile else 'did not have them all'}; "
        f"after the repair {BROKEN} {'caught up' if caught_up else 'did not have them'}",
    )


def _complete(system: System, services: list[str], ids: list[str]) -> bool:
    account = system.account(ids)
    return all(account.complete(service, ids) == len(ids) for service in services)
