"""R4: from an order id alone, its whole path; and an alarm for what can fail."""

from __future__ import annotations

from orderlab.requirements.finding import Colour, Finding
from orderlab.requirements.system import SERVICES, System, send
from orderlab.requirements.waiting import wait_for


def traceable(system: System) -> Finding:
    """Send one order and ask, by its id, for every part it passed, with durations. Then look for
    an alarm of each part that can fail.

    Green: all parts can be shown, down to the services, and each has an alarm; amber: some; red:
    none.
    """
    ids = send(system, 1, attempts=4).accepted
    wait_for(lambda: _arrived(system, ids), system.patience_seconds(*SERVICES) if ids else 0.0)
    passed, shown = system.components_of(ids[0]) if ids else ([], [])
    missing = [name for name in passed if name not in shown]
    watched, unwatched = system.alarms()
    whole = bool(passed) and not missing and _arrived(system, ids)
    colour: Colour = "green" if whole and not unwatched else "amber" if shown else "red"
    return Finding(
        "R4",
        colour,
        f"{len(shown)} of {len(passed)} components shown; "
        f"{len(watched)} of {len(watched) + len(unwatched)} have an alarm",
        "sent one order and looked for its id in logs and in the record of calls; looked for an "
        "alarm on each function and dead-letter queue",
        _reason(whole, unwatched) if colour == "amber" else "",
    )


def _reason(whole: bool, unwatched: list[str]) -> str:
    if not whole:
        return "the order's way ends before the three services have done their work"
    return f"no alarm for {', '.join(unwatched)}"


def _arrived(system: System, ids: list[str]) -> bool:
    account = system.account(ids)
    return bool(ids) and all(account.complete(service, ids) for service in SERVICES)
