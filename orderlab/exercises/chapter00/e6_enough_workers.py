"""0.6, open: size the monolith for the promotion, without making the customer wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, listing, mapping, number
from orderlab.orders.scale import PROMOTION_PER_SECOND
from orderlab.simulation.workers import Served, serve

# Three calls of 30 ms each.
ORDER_SECONDS = 0.09
PROMOTION_SECONDS = 60.0
LIMIT_SECONDS = 1.0
MOST_WORKERS = 96
NEEDED = round(PROMOTION_PER_SECOND * ORDER_SECONDS, 6)


def _check(workspace: Workspace) -> Outcome:
    if workspace.answer is None:
        return untouched(
            "No size was handed over yet.", next='ex.check({"workers": 8, "backlog": 16})'
        )
    workers, backlog = _size(workspace.answer)
    if workers > MOST_WORKERS:
        return wrong(
            "as many as there are customers, and more",
            f"{workers} workers: each holds a thread and a connection to the database, all year.",
            looked_at="the size that you gave",
            expected=f"at most {MOST_WORKERS} workers",
            got=f"{workers} workers",
            next="How many orders are worked on at the same moment, at that rate?",
        )
    served = serve(
        workers=workers,
        backlog=backlog,
        per_second=PROMOTION_PER_SECOND,
        service_seconds=ORDER_SECONDS,
        seconds=PROMOTION_SECONDS,
    )
    return _judge(workers, backlog, served)


def _size(answer: Any) -> tuple[int, int]:
    form = '{"workers": 8, "backlog": 16}'
    if isinstance(answer, Mapping):
        read = mapping(
            answer, ("workers", "backlog"), synonyms={"line": "backlog", "queue": "backlog"}
        )
        values = [read["workers"], read["backlog"]]
    else:
        values = listing(answer, form)
    if len(values) != 2:
        raise CannotRead(f"I expected two numbers, such as {form}.")
    workers, backlog = (number(each, "a whole number") for each in values)
    if not (1 <= workers < 10**6 and 0 <= backlog < 10**9) or workers % 1 or backlog % 1:
        raise CannotRead("Both must be whole numbers: at least 1 worker, and a backlog from 0.")
    return int(workers), int(backlog)


def _judge(workers: int, backlog: int, served: Served) -> Outcome:
    looked = (
        f"a simulated minute of the promotion: {PROMOTION_PER_SECOND:.0f} orders a second, "
        f"{ORDER_SECONDS * 1000:.0f} ms each, {workers} workers, a backlog of {backlog}"
    )
    expected = f"nobody refused, half of the answers within {LIMIT_SECONDS * 1000:.0f} ms"
    got = f"{served.refused:,} refused, median {served.median_seconds * 1000:,.0f} ms"
    found = {"looked_at": looked, "expected": expected, "got": got}
    if served.refused and workers >= NEEDED:
        return wrong(
            "no room for a moment",
            "The workers are enough on average, and some orders found all of them busy.",
            **found,
            next="Orders that come a moment too early need a place to wait.",
        )
    if served.refused:
        return wrong(
            "too small for the rate",
            f"{workers} workers can finish {workers / ORDER_SECONDS:.0f} orders a second, and "
            f"{PROMOTION_PER_SECOND:.0f} come. The backlog fills up, and then customers are refused.",
            **found,
            next="Orders a second times seconds an order: how many are worked on at once?",
        )
    if served.median_seconds >= LIMIT_SECONDS:
        return wrong(
            "a longer line",
            "Nobody was refused, but they stood in line: a backlog turns a refusal into a wait.",
            **found,
            next="Only workers make the line move.",
        )
    return right(
        "It holds, for a spike of this height. The rest of the year those workers wait for orders "
        "and are paid for, and a spike twice as high fails again.",
        looked_at=looked,
        got=got,
    )


ENOUGH_WORKERS = Exercise(
    id="0.6",
    title="Enough workers (open)",
    check=_check,
    solve=lambda _: {"workers": 20, "backlog": 16},
    answer_name="size",
    solution="""size = {"workers": 20, "backlog": 16}
# 178 orders a second times 0.09 s an order are 16 at once. A few more, and a little room to wait.
""",
    equivalent={"20 -> 21": "more workers serve as well", "16 -> 17": "more room serves as well"},
    hints=(
        "How many orders are worked on at the same moment: orders a second times seconds an order?",
        "A backlog avoids refusals but makes people wait; only workers make the line move.",
        "178 times 0.09 is a little over 16. Take a few more workers than that.",
    ),
    proofs=(
        Proof("too small for the rate", lambda _: {"workers": 8, "backlog": 16}, says="89 orders"),
        Proof("a longer line", lambda _: {"workers": 15, "backlog": 4000}, says="stood in line"),
        Proof("no room for a moment", lambda _: (16, 0), says="place to wait"),
        Proof(
            "an answer that cannot be read", lambda _: {"workers": 0, "backlog": 3}, says="whole"
        ),
        Proof("as many as there are customers, and more", lambda _: (400, 10), says="all year"),
        Proof("other numbers, as a pair", lambda _: ("48", 80), "right"),
        Proof("no line at all", lambda _: {"Backlog": 0, "Workers": 17}, "right"),
    ),
)
