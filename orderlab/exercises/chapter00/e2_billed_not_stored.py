"""0.2: break the monolith so that a customer is billed for an order that nobody has."""

from __future__ import annotations

from typing import Any

from orderlab.errors import LearnerError
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.monolith import Monolith
from orderlab.orders.replay import replay
from orderlab.requirements.system import fresh_orders

_LOOKED = "what the shop and each of its services have written down"


def _check(workspace: Workspace) -> Outcome:
    monolith = workspace.answer
    if monolith is None:
        return untouched("No monolith was handed over.", next="ex.check(monolith)")
    if not isinstance(monolith, Monolith):
        return wrong(
            "not the monolith",
            "I need the running monolith itself.",
            expected="what lab.monolith() returned",
            got=type(monolith).__name__,
        )
    try:
        books = monolith.books()
    except (OSError, LearnerError):
        return wrong(
            "it is stopped",
            "The monolith does not answer; it was stopped.",
            looked_at="its addresses",
            next="Start another: monolith = lab.monolith()",
        )
    done = {name: len(monolith.done(name)) for name in ("inventory", "invoicing", "shipping")}
    return _judge(books.stored, done, books.orphaned, monolith.broken)


def _judge(
    stored: int, done: dict[str, int], orphaned: dict[str, int], broken: list[str]
) -> Outcome:
    got = f"{stored} orders in the shop; done: " + ", ".join(
        f"{name} {count}" for name, count in done.items()
    )
    if orphaned["invoicing"]:
        return right(
            "Invoicing has sent a bill for an order that the shop does not have. The calls come one "
            "after the other, and nothing takes the first back when a later one fails.",
            looked_at=_LOOKED,
            got=got,
        )
    if orphaned["inventory"]:
        return wrong(
            "stopped before the bill",
            "Goods are reserved for an order that nobody has, but no bill was sent.",
            looked_at=_LOOKED,
            expected="a bill without an order",
            got=got,
            next="The shop calls inventory, then invoicing, then shipping. Which must fail?",
        )
    if stored and not any(orphaned.values()):
        return wrong(
            "it only got slower",
            "Every order went through whole: the shop has all that its services did.",
            looked_at=_LOOKED,
            expected="a bill without an order",
            got=got,
            next="Now that a service is set to fail, send an order."
            if broken
            else "A slow service is waited for. What does monolith.control(name, fail=True) do?",
        )
    if _touched(done):
        return wrong("another mix", "No bill without an order yet.", looked_at=_LOOKED, got=got)
    if broken:
        return wrong(
            "nothing reached a service",
            f"Set to fail: {', '.join(broken)}. No service has done anything for an order.",
            looked_at=_LOOKED,
            expected="a bill without an order",
            got=got,
            next="If the first call fails, the later ones are never made. What if another failed?"
            if "inventory" in broken
            else "The call of inventory, the first, would have been made. Send an order.",
        )
    return untouched(
        "No service is broken, and no order has arrived since this monolith started.",
        next="Break a service with monolith.control(...), then send an order.",
    )


def _touched(done: dict[str, int]) -> bool:
    return any(done.values())


def _attempt(broken: str | None, **control: Any) -> Any:
    def attempt(workspace: Workspace) -> Monolith:
        monolith = Monolith()
        if broken:
            monolith.control(broken, **control)
        replay(monolith.url, fresh_orders(2), attempts=1)
        return monolith

    return attempt


def _mended(workspace: Workspace) -> Monolith:
    monolith: Monolith = _attempt("shipping", fail=True)(workspace)
    monolith.control("shipping", fail=False)
    return monolith


def _stopped(workspace: Workspace) -> Monolith:
    monolith: Monolith = _attempt("shipping", fail=True)(workspace)
    monolith.stop()
    return monolith


def _names(_: Workspace) -> dict[str, Any]:
    class Lab:
        @staticmethod
        def place_orders(count: int, url: str) -> Any:
            return replay(url, fresh_orders(count), attempts=1)

    return {"monolith": Monolith(), "lab": Lab}


BILLED_NOT_STORED = Exercise(
    id="0.2",
    title="Billed, and nowhere stored",
    check=_check,
    solve=_attempt("shipping", fail=True),
    names=_names,
    answer_name="monolith",
    solution="""monolith.control("shipping", fail=True)
lab.place_orders(2, url=monolith.url)
# inventory and invoicing are called before shipping, and nothing calls them back.""",
    equivalent={"2 -> 3": "any number of orders shows it"},
    hints=(
        "In which order does the shop call its services? It is in the cell above.",
        "The bill must be written before the failure: break what comes after invoicing.",
        "monolith.control('shipping', fail=True), then lab.place_orders(2, url=monolith.url)",
    ),
    proofs=(
        Proof(
            "stopped before the bill", _attempt("invoicing", fail=True), says="Goods are reserved"
        ),
        Proof("nothing reached a service", _attempt("inventory", fail=True), says="never made"),
        Proof(
            "it only got slower", _attempt("shipping", seconds=0.1), says="Every order went through"
        ),
        Proof("not the monolith", lambda _: "shipping", says="the running monolith itself"),
        Proof("it is stopped", _stopped, says="it was stopped"),
        Proof("mended again afterwards", _mended, "right"),
        Proof(
            "broken, with several orders", _attempt("shipping", fail=True, seconds=0.05), "right"
        ),
    ),
)
