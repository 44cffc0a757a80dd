"""The author's gate finds what is wrong with an exercise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.workbook.gate import prove, static_faults


def _check(workspace: Workspace) -> Outcome:
    if workspace.answer is None:
        return untouched("Nothing yet.")
    if workspace.answer == 6:
        return right("Six.")
    if workspace.answer == 5:
        return wrong("off by one", "One too few.")
    return wrong("far off", "Far off.")


GOOD = Exercise(
    id="1.1",
    title="Six",
    check=_check,
    solve=lambda _: 6,
    solution="6",
    hints=("a", "b", "c"),
    proofs=(
        Proof("off by one", lambda _: 5, says="One too few"),
        Proof("far off", lambda _: 60),
        Proof("a float", lambda _: 6.0, verdict="right"),
    ),
)


@contextmanager
def fresh(identifier: str) -> Iterator[tuple[Workspace, Callable[[], int]]]:
    calls: list[str] = []
    target: Any = calls
    yield Workspace(target), lambda: len(calls)


def test_a_good_exercise_passes() -> None:
    assert prove(GOOD, fresh) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"check": lambda _: right("Always.")}, "should be untouched, was right"),
        ({"solve": lambda _: 7}, "the solution: should be right"),
        ({"proofs": (Proof("off by two", lambda _: 5),)}, "recognised as 'off by one'"),
        ({"proofs": (Proof("off by one", lambda _: 5, says="Two"),)}, "does not say 'Two'"),
        ({"proofs": (Proof("a float", lambda _: 5.5, verdict="right"),)}, "should be right"),
    ],
)
def test_each_fault_of_an_exercise_is_found(change: dict[str, Any], complaint: str) -> None:
    found = prove(replace(GOOD, **change), fresh)
    assert any(complaint in sentence for sentence in found), found


def test_an_attempt_that_calls_something_is_the_last_in_its_cloud() -> None:
    seen: list[tuple[object, int]] = []

    def attempt(answer: float) -> Callable[[Workspace], float]:
        def make(workspace: Workspace) -> float:
            cloud: Any = workspace.target
            seen.append((cloud, len(cloud)))
            cloud.append("CreateTable")
            return answer

        return make

    proofs = tuple(
        replace(proof, attempt=attempt(answer))
        for proof, answer in zip(GOOD.proofs, (5, 60, 6.0), strict=True)
    )
    assert prove(replace(GOOD, proofs=proofs), fresh) == []
    assert [calls for _, calls in seen] == [0, 0, 0]
    assert len({id(cloud) for cloud, _ in seen}) == 3


def test_two_misconceptions_with_one_message_are_found() -> None:
    def check(workspace: Workspace) -> Outcome:
        outcome = _check(workspace)
        return replace(outcome, message="No.") if outcome.kind == "wrong" else outcome

    assert any("same message" in s for s in prove(replace(GOOD, check=check), fresh))


def test_too_few_misconceptions_and_hints_are_found() -> None:
    found = static_faults([replace(GOOD, hints=("a", "", "c"))])
    assert any("three hints" in s for s in found)
    assert any("3 named misconceptions" in s for s in found)
