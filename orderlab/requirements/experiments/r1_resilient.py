"""R1: a consumer is broken while orders come in; then what processes orders is broken."""

from __future__ import annotations

from orderlab.requirements.finding import Finding
from orderlab.requirements.system import SERVICES, System, send
from orderlab.requirements.waiting import wait_for

ORDERS = 30
BROKEN = "shipping"


def resilient(system: System) -> Finding:
    """(a) Break shipping, send orders once each, mend it, see who has them. (b) Break what
    processes orders, send orders, mend it, see who was answered and what was stored.

    Green: in both, every order is accepted and none is lost or done twice. Only (a): amber.
    """
    consumer, told = _consumer_broken(system)
    if not consumer:
        return Finding("R1", "red", told, _how("not tried: (a) does not hold"))
    processing, also = _processing_broken(system)
    return Finding(
        "R1",
        "green" if processing else "amber",
        f"{told}; {also}",
        _how("orders while what processes them failed, each sent once"),
        "" if processing else f"(a) holds, and (b) does not: {also}",
    )


def _how(second: str) -> str:
    return f"(a) {ORDERS} orders while {BROKEN} failed, each sent once; (b) {second}"


def _consumer_broken(system: System) -> tuple[bool, str]:
    others = [service for service in SERVICES if service != BROKEN]
    system.break_service(BROKEN)
    try:
        ids = send(system, ORDERS).accepted
        wait_for(
            lambda: _complete(system, others, ids),
            system.patience_seconds(*others) if ids else 0.0,
        )
        meanwhile = _complete(system, others, ids)
    finally:
        system.mend(BROKEN)
    caught_up = (
        bool(ids)
        and meanwhile
        and wait_for(lambda: _complete(system, [BROKEN], ids), system.patience_seconds(BROKEN))
    )
    account = system.account(ids)
    lost = len(ids) - len(account.stored)
    good = len(ids) == ORDERS and caught_up and not lost and not account.twice(ids)
    return good, f"a service broken: {len(ids)} of {ORDERS} accepted, {lost} of them lost"


def _processing_broken(system: System) -> tuple[bool, str]:
    system.break_processing()
    try:
        ids = send(system, ORDERS).accepted
    finally:
        system.mend_processing()
    if ids:
        wait_for(lambda: len(system.account(ids).stored) == len(ids), system.patience_seconds())
    account = system.account(ids)
    lost = len(ids) - len(account.stored)
    good = len(ids) == ORDERS and not lost and not account.twice(ids)
    return good, f"order processing broken: {len(ids)} of {ORDERS} accepted, {lost} of them lost"


def _complete(system: System, services: list[str], ids: list[str]) -> bool:
    account = system.account(ids)
    return bool(ids) and all(account.complete(service, ids) == len(ids) for service in services)
