"""0.4: from what the customer said to R1 to R6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import mapping, one_of

SAID = {
    "a": "A customer asks where her order is. We read log files on four machines.",
    "b": "When shipping is down we can't take orders, and invoices go out for orders we don't have.",
    "c": "Since the carrier's system got slow, people close the page before the answer comes.",
    "d": "The servers cost the same on a Tuesday night as on the day before Christmas.",
    "e": "Marketing wants a loyalty programme. Our developers say: not before the spring.",
    "f": "On the day of a promotion the shop says 'try later' to most people.",
}
TRUTH = {"a": "R4", "b": "R1", "c": "R6", "d": "R5", "e": "R3", "f": "R2"}
CODES = ("R1", "R2", "R3", "R4", "R5", "R6")
_SYNONYMS = {
    **{code[1]: code for code in CODES},
    "resilient": "R1",
    "elastic": "R2",
    "decoupled": "R3",
    "observable": "R4",
    "responsive": "R6",
}


def _check(workspace: Workspace) -> Outcome:
    if workspace.answer is None or _empty(workspace.answer):
        return untouched("No sentence has a requirement yet.", next='{"a": "R1", ...}')
    given = mapping(workspace.answer, SAID)
    return _judge({key: one_of(given[key], CODES, synonyms=_SYNONYMS) for key in SAID})


def _empty(answer: Any) -> bool:
    return isinstance(answer, Mapping) and not any(answer.values())


def _judge(given: dict[str, str]) -> Outcome:
    got = ", ".join(f"{key} {value}" for key, value in given.items())
    if given == TRUTH:
        return right(
            "Six sentences, six requirements, and each can be measured: that is what makes a wish a "
            "specification.",
            got=got,
        )
    if len(set(given.values())) == 1:
        return wrong(
            "one for all",
            "Every sentence has the same requirement. There are six of each.",
            got=got,
            next="Read the table of the requirements once more, with one sentence in mind.",
        )
    if given["b"] == "R3" or given["e"] == "R1":
        return wrong(
            "resilient and decoupled are one",
            "Resilient (R1) is about a part that fails; decoupled (R3) about a part that joins or leaves.",
            got=got,
            next="In which sentence does something break, and in which does something new come?",
        )
    if given["f"] == "R6" or given["c"] == "R2":
        return wrong(
            "slow and overloaded are one",
            "R2 is about many customers at once; R6 about how long one of them waits, even alone.",
            got=got,
            next="Which complaint would one single customer have at night?",
        )
    if given["a"] == "R5" or given["d"] == "R4":
        return wrong(
            "operating and observing are one",
            "R4 is about finding out; R5 about what is paid and looked after while nothing happens.",
            got=got,
            next="Which sentence is about money?",
        )
    wrong_ones = ", ".join(key for key in SAID if given[key] != TRUTH[key])
    return wrong(
        "other places",
        f"Look again at {wrong_ones}.",
        got=got,
        next="Which experiment of the table would show that complaint?",
    )


def _with(**changes: str) -> Any:
    return lambda _: {**TRUTH, **changes}


SPECIFICATION = Exercise(
    id="0.4",
    title="From talk to specification",
    check=_check,
    solve=lambda _: dict(TRUTH),
    solution="requirement_of = {\n"
    + "\n".join(f'    "{key}": "{code}",  # {SAID[key]}' for key, code in TRUTH.items())
    + "\n}\n",
    answer_name="requirement_of",
    material=SAID,
    hints=(
        "Start with the sentence about money, and the one about somebody new.",
        "A part that fails is R1; one that joins is R3; many at once is R2; one who waits is R6.",
        "Two of them: sentence d is about what is paid for (R5), sentence e about a part that joins.",
    ),
    proofs=(
        Proof("resilient and decoupled are one", _with(b="R3", e="R1"), says="joins or leaves"),
        Proof("slow and overloaded are one", _with(f="R6", c="R2"), says="one of them waits"),
        Proof("operating and observing are one", _with(a="R5", d="R4"), says="finding out"),
        Proof("other places", _with(a="R1", b="R4"), says="Look again"),
        Proof("one for all", lambda _: dict.fromkeys(TRUTH, "R2"), says="six of each"),
        Proof("small letters", lambda _: {k: v.lower() for k, v in TRUTH.items()}, "right"),
        Proof(
            "pairs, with capitals", lambda _: [(k.upper(), v) for k, v in TRUTH.items()], "right"
        ),
    ),
)
