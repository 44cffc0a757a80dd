"""0.4: from what the customer said to R1 to R6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.exercises.chapter00.matching import normalised, unreadable
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong

SAID = {
    "a": "When shipping is down we can't take orders, and invoices go out for orders we don't have.",
    "b": "On the day of a promotion the shop says 'try later' to most people.",
    "c": "Marketing wants a loyalty programme. Our developers say: not before the spring.",
    "d": "A customer asks where her order is. We read log files on four machines.",
    "e": "The servers cost the same on a Tuesday night as on the day before Christmas.",
    "f": "Since the carrier's system got slow, people close the page before the answer comes.",
}
TRUTH = {"a": "R1", "b": "R2", "c": "R3", "d": "R4", "e": "R5", "f": "R6"}
CODES = tuple(TRUTH.values())


def _check(workspace: Workspace) -> Outcome:
    answer = normalised(workspace.answer)
    if answer is None or (isinstance(answer, Mapping) and not any(answer.values())):
        return untouched("No sentence has a requirement yet.", next='{"a": "R1", ...}')
    if isinstance(answer, Mapping):
        answer = {key: value.upper() if value else value for key, value in answer.items()}
    broken = unreadable(answer, SAID, CODES)
    if broken is not None:
        return broken
    given = {key: answer[key] for key in SAID}
    return _judge(given)


def _judge(given: dict[str, str]) -> Outcome:
    got = ", ".join(f"{key} {value}" for key, value in given.items())
    if given == TRUTH:
        return right(
            "Six sentences, six requirements, and each can be measured: that is what makes a wish a "
            "specification.",
            got=got,
        )
    if given["a"] == "R3" or given["c"] == "R1":
        return wrong(
            "resilient and decoupled are one",
            "Resilient (R1) is about a part that fails; decoupled (R3) about a part that joins or leaves.",
            got=got,
            next="In which sentence does something break, and in which does something new come?",
        )
    if given["b"] == "R6" or given["f"] == "R2":
        return wrong(
            "slow and overloaded are one",
            "R2 is about many customers at once; R6 about how long one of them waits, even alone.",
            got=got,
            next="Which complaint would one single customer have at night?",
        )
    if given["d"] == "R5" or given["e"] == "R4":
        return wrong(
            "operating and observing are one",
            "R4 is about finding out; R5 about what is paid and looked after while nothing happens.",
            got=got,
            next="Which sentence is about money?",
        )
    wrong_ones = ", ".join(key for key in SAID if given[key] != TRUTH[key])
    return wrong("other places", f"Look again at {wrong_ones}.", got=got)


def _with(**changes: str) -> Any:
    return lambda _: {**TRUTH, **changes}


SPECIFICATION = Exercise(
    id="0.4",
    title="From talk to specification",
    check=_check,
    solve=lambda _: dict(TRUTH),
    solution="\n".join(f'"{key}": "{code}"   # {SAID[key]}' for key, code in TRUTH.items()),
    hints=(
        "Start with the sentence about money.",
        "A part that fails is R1; a part that joins is R3; many at once is R2; one who waits is R6.",
        "a R1, b R2, c R3; the rest follows the same order.",
    ),
    proofs=(
        Proof("resilient and decoupled are one", _with(a="R3", c="R1"), says="joins or leaves"),
        Proof("slow and overloaded are one", _with(b="R6", f="R2"), says="one of them waits"),
        Proof("operating and observing are one", _with(d="R5", e="R4"), says="finding out"),
        Proof("something is open", lambda _: {"a": "R1"}, says="No choice yet"),
        Proof("small letters", lambda _: {k: v.lower() for k, v in TRUTH.items()}, "right"),
    ),
)
