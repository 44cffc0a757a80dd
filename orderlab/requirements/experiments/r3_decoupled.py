"""R3: a fourth service joins while orders flow."""

from __future__ import annotations

from orderlab.requirements.finding import Colour, Finding
from orderlab.requirements.system import System, send
from orderlab.requirements.waiting import wait_for

ORDERS = 20
NEWCOMER = "loyalty"


def decoupled(system: System) -> Finding:
    """Add a consumer and see whether it gets every later order once, with no other code changed.

    Green: nothing that was deployed changed, and the newcomer did every later order once.
    """
    before = system.deployed()
    if not system.add_consumer(NEWCOMER):
        return Finding(
            "R3",
            "red",
            "1 deployed program would have to change",
            "looked for a place where a fourth service could subscribe; there is none",
        )
    try:
        ids = send(system, ORDERS).accepted
        got_all = bool(ids) and wait_for(
            lambda: system.account(ids).complete(NEWCOMER, ids) == len(ids), 25.0
        )
        account = system.account(ids)
        twice = sum(count > 1 for count in account.done.get(NEWCOMER, {}).values())
        after = system.deployed()
        changed = [name for name, digest in before.items() if after.get(name) != digest]
    finally:
        system.remove_consumer(NEWCOMER)
    colour: Colour = "green" if got_all and not changed and not twice else "red"
    return Finding(
        "R3",
        colour,
        f"{account.complete(NEWCOMER, ids)} of {len(ids)} later orders, {twice} twice; "
        f"{len(changed)} deployed things changed",
        f"added a service named {NEWCOMER} with a queue, a subscription and a function, sent "
        f"{ORDERS} orders, compared the digests of all deployed code, and removed it again",
    )
