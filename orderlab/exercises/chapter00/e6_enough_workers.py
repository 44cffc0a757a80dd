"""0.6, open: size the monolith for the promotion, without making the customer wait."""

from __future__ import annotations

from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.figures import percentiles
from orderlab.orders.monolith import Monolith
from orderlab.orders.replay import replay
from orderlab.requirements.system import SERVICES, fresh_orders

CLIENTS = 40
# The 240 orders of the promotion. A size that a part of them shows to be too small is not made to
# work through the rest, which would take it minutes.
PARTS = (40, 80, 120)
LIMIT_MS = 1000.0
# on the day of a promotion the services behind are slower too
CALL_SECONDS = 0.05
MOST_WORKERS = 96


def _check(workspace: Workspace) -> Outcome:
    given = _settings(workspace.answer)
    if given is None:
        if workspace.answer is None:
            return untouched(
                "No size was handed over yet.", next='ex.check({"workers": 8, "backlog": 16})'
            )
        return wrong(
            "another form",
            "I can't read that as a size.",
            got=repr(workspace.answer)[:80],
            expected='{"workers": 8, "backlog": 16}, both whole numbers from 1',
        )
    workers, backlog = given
    if workers > MOST_WORKERS:
        return wrong(
            "as many as there are customers, and more",
            f"{workers} workers: each holds a thread and a connection to the database, all year.",
            expected=f"at most {MOST_WORKERS} workers",
            got=f"{workers} workers",
            next=f"{CLIENTS} clients send at once. Who would the others work for?",
        )
    with Monolith(workers=workers, backlog=backlog) as monolith:
        for service in SERVICES:
            monolith.control(service, seconds=CALL_SECONDS)
        orders = 0
        for part in PARTS:
            orders += part
            sent = replay(monolith.url, fresh_orders(part), connections=CLIENTS, attempts=1)
            refused, median = len(sent.refused), percentiles(sent.answer_ms).get("p50", 0.0)
            if refused or median >= LIMIT_MS:
                break
    return _judge(given, orders, refused, median)


def _settings(answer: Any) -> tuple[int, int] | None:
    if isinstance(answer, dict):
        answer = (answer.get("workers"), answer.get("backlog"))
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        return None
    if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in answer):
        return None
    return answer[0], answer[1]


def _judge(size: tuple[int, int], orders: int, refused: int, median: float) -> Outcome:
    looked = f"{orders} orders from {CLIENTS} clients at once, to {size[0]} workers and a backlog of {size[1]}"
    expected = f"nobody refused, half of the answers within {LIMIT_MS:.0f} ms"
    if refused:
        return wrong(
            "too small for the spike",
            f"Some of {orders} orders were refused: all workers were busy and the backlog was full.",
            looked_at=looked,
            expected=expected,
            got=f"{refused} of {orders} orders refused",
            next="Room for everybody is workers + backlog. Who may wait, and who may not?",
        )
    if median >= LIMIT_MS:
        return wrong(
            "a longer line",
            "Nobody was refused, but they stood in line: a backlog turns a refusal into a wait.",
            looked_at=looked,
            expected=expected,
            got=f"median {median:.0f} ms",
            next="The three calls take 150 ms together. How long is the wait for the last in line?",
        )
    return right(
        "It holds, for this spike. The rest of the year those workers wait for orders and are paid for; "
        "and a spike twice as high fails again. R2 asks that nobody has to guess.",
        looked_at=looked,
        got=f"nobody refused, median {median:.0f} ms",
    )


ENOUGH_WORKERS = Exercise(
    id="0.6",
    title="Enough workers (open)",
    check=_check,
    solve=lambda _: {"workers": 40, "backlog": 64},
    solution="""ex.check({"workers": 40, "backlog": 64})
# A worker for each client that may come at once, and a little room. It passes, and costs 40 workers
# around the clock for a week whose average is one order in three minutes.""",
    hints=(
        "What happens to a request that finds all workers busy and the backlog full?",
        "A backlog avoids refusals but makes people wait; only workers make the line move.",
        "About one worker for each client that sends at the same time.",
    ),
    waits=True,
    proofs=(
        Proof("too small for the spike", lambda _: {"workers": 8, "backlog": 16}, says="refused"),
        Proof("a longer line", lambda _: {"workers": 2, "backlog": 400}, says="stood in line"),
        Proof("as many as there are customers, and more", lambda _: (400, 10), says="all year"),
        Proof("another form", lambda _: "more", says="can't read that"),
        Proof("other numbers, as a pair", lambda _: (48, 80), "right"),
    ),
)
