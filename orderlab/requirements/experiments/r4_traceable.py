"""R4: from an order id alone, its whole path."""

from __future__ import annotations

from orderlab.requirements.finding import Finding
from orderlab.requirements.system import SERVICES, System, send
from orderlab.requirements.waiting import wait_for


def traceable(system: System) -> Finding:
    """Send one order and ask, by its id, for every part it passed, with durations.

    Green: all parts can be shown, down to the services; amber: some; red: none.
    """
    ids = send(system, 1, attempts=4).accepted
    wait_for(lambda: _arrived(system, ids), 6.0)
    passed, shown = system.components_of(ids[0]) if ids else ([], [])
    missing = [name for name in passed if name not in shown]
    if passed and not missing and _arrived(system, ids):
        colour = "green"
    else:
        colour = "amber" if shown else "red"
    return Finding(
        "R4",
        colour,  # type: ignore[arg-type]
        f"{len(shown)} of {len(passed)} components shown",
        "sent one order and looked for its id in logs and in the record of calls",
    )


def _arrived(system: System, ids: list[str]) -> bool:
    account = system.account(ids)
    return bool(ids) and all(account.complete(service, ids) for service in SERVICES)
