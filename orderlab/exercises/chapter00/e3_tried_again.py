"""0.3: what a customer who tries again brings about."""

from __future__ import annotations

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import number as read_number

FAILURES = 3
BILLS = FAILURES + 1


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    if answer is None:
        return untouched("No number was handed over yet.", next="ex.check(2), if you think it is 2")
    number = read_number(answer, "a number of bills")
    looked = f"one order_id, sent {FAILURES} times while shipping failed and once after its repair"
    if number == BILLS:
        return right(
            f"{BILLS} bills for one order: each attempt reached invoicing, only the last reached the "
            "shop's own table. The client did nothing wrong, and neither did invoicing.",
            looked_at=looked,
            next="Run the next cell: it counts.",
        )
    if number == 1:
        return wrong(
            "the id protects",
            "The order_id is the same each time, but who looks at it?",
            looked_at=looked,
            expected="bills sent",
            got="1",
            next="Only the shop's table refuses an id twice, and it is asked last.",
        )
    if number == FAILURES:
        return wrong(
            "only the failures bill",
            "The attempt that succeeds calls invoicing as well.",
            looked_at=looked,
            expected="bills sent",
            got=str(FAILURES),
            next="Count every call.",
        )
    if number == 0:
        return wrong(
            "a failed request does nothing",
            "The answer said that it failed. What had happened by then stays done.",
            looked_at=looked,
            expected="bills sent",
            got="0",
            next="Which calls were made before shipping's?",
        )
    return wrong(
        "another number",
        "Invoicing is called another number of times.",
        looked_at=looked,
        expected="a number of bills",
        got=f"{number:g}",
        next="Go through it attempt by attempt: which services were called?",
    )


TRIED_AGAIN = Exercise(
    id="0.3",
    title="The customer who tries again",
    check=_check,
    solve=lambda _: BILLS,
    answer_name="bills",
    solution="bills = 4\n# Every attempt calls inventory and invoicing before it fails at shipping: "
    "3 failures and 1 success are 4 bills.\n",
    hints=(
        "What has been done by the time an attempt fails?",
        "invoicing is called once in every attempt. How many attempts are there?",
        "Three that fail and one that succeeds.",
    ),
    proofs=(
        Proof("the id protects", lambda _: 1, says="who looks at it"),
        Proof("only the failures bill", lambda _: 3, says="succeeds calls invoicing"),
        Proof("a failed request does nothing", lambda _: 0, says="stays done"),
        Proof("another number", lambda _: 7, says="attempt by attempt"),
        Proof("an answer that cannot be read", lambda _: "many", says="a number of bills"),
        Proof("as text", lambda _: " 4 ", "right"),
        Proof("a float in a list", lambda _: [4.0], "right"),
    ),
)
