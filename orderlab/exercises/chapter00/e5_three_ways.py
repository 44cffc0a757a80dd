"""0.5: rehost, replatform, rewrite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import mapping, one_of

PARTS = {
    "catalogue": "Runs on a VM, bought from a vendor, no source code; nobody complains.",
    "reports": "A nightly job of ours on MySQL. It is fine, but somebody patches the database.",
    "orders": "One program. Promotions overwhelm it; a failing service fails the order.",
}
TRUTH = {"catalogue": "rehost", "reports": "replatform", "orders": "rewrite"}
WAYS = ("rehost", "replatform", "rewrite")
_SYNONYMS = {
    "lift and shift": "rehost",
    "lift & shift": "rehost",
    "rehosting": "rehost",
    "replatforming": "replatform",
    "rewriting": "rewrite",
    "refactoring": "rewrite",
    "rearchitecting": "rewrite",
    "refactor": "rewrite",
    "re-architect": "rewrite",
    "rearchitect": "rewrite",
}


def _check(workspace: Workspace) -> Outcome:
    if workspace.answer is None or _empty(workspace.answer):
        return untouched("No way is chosen yet.", next='{"catalogue": "rehost", ...}')
    given = mapping(workspace.answer, PARTS, synonyms={"catalog": "catalogue", "order": "orders"})
    return _judge({key: one_of(given[key], WAYS, synonyms=_SYNONYMS) for key in PARTS})


def _empty(answer: Any) -> bool:
    return isinstance(answer, Mapping) and not any(answer.values())


def _judge(given: dict[str, str]) -> Outcome:
    got = ", ".join(f"{key}: {value}" for key, value in given.items())
    if given == TRUTH:
        return right(
            "Each part gets the least change that answers its complaint. Only the order service has a "
            "complaint that no other machine and no other database would end.",
            got=got,
        )
    if given["catalogue"] == "rewrite":
        return wrong(
            "rewrite without source",
            "Nobody complains about the catalogue, and there is no source code to rewrite.",
            got=got,
            next="What is the least change that ends each complaint?",
        )
    if given["orders"] == "rehost":
        return wrong(
            "the same program on another machine",
            "On a VM in the cloud the same program still calls shipping inside the request.",
            got=got,
            expected="that a failing service fails no order",
            next="Which of the customer's complaints would a move end?",
        )
    if given["orders"] == "replatform":
        return wrong(
            "a managed database is enough",
            "A managed database is patched by AWS. The calls inside the request stay, and so does R1.",
            got=got,
            next="Where does an order wait today when shipping is slow?",
        )
    if given["reports"] == "rehost":
        return wrong(
            "keep patching",
            "Rehosted, the database still has to be patched: that was the one complaint.",
            got=got,
            next="Which way changes the platform and not the program?",
        )
    return wrong(
        "more than is asked",
        f"{' and '.join(key for key in PARTS if given[key] != TRUTH[key]).capitalize()}: changed "
        "more than the complaint needs.",
        got=got,
        next="Take the parts one by one: what is the complaint, and what is the least that ends it?",
    )


def _with(**changes: str) -> Any:
    return lambda _: {**TRUTH, **changes}


THREE_WAYS = Exercise(
    id="0.5",
    title="Rehost, replatform, rewrite",
    check=_check,
    solve=lambda _: dict(TRUTH),
    answer_name="way",
    material=PARTS,
    solution="""way = {
    "catalogue": "rehost",  # no source code and no complaint: move it as it is
    "reports": "replatform",  # a managed database ends the patching; the job stays
    "orders": "rewrite",  # the complaint is the structure itself
}
""",
    hints=(
        "Ask of each part: what is the complaint, and what is the least change that ends it?",
        "A part without complaint and without source can only be moved.",
        "A managed database is replatforming. Only a new structure ends calls inside the request.",
    ),
    proofs=(
        Proof(
            "rewrite without source",
            lambda _: dict.fromkeys(PARTS, "rewrite"),
            says="no source code",
        ),
        Proof(
            "the same program on another machine",
            _with(orders="rehost"),
            says="still calls shipping",
        ),
        Proof(
            "a managed database is enough", _with(orders="replatform"), says="stay, and so does R1"
        ),
        Proof("keep patching", _with(reports="rehost"), says="still has to be patched"),
        Proof("more than is asked", _with(catalogue="replatform"), says="more than the complaint"),
        Proof("AWS's other words", _with(catalogue="lift-and-shift", orders="Refactor"), "right"),
        Proof("capital letters", lambda _: {k: v.title() for k, v in TRUTH.items()}, "right"),
    ),
)
