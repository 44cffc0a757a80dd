"""What comes of attempts on a target where anything may be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from orderlab.aws_target.base import NotHere
from orderlab.exercises.engine.exercise import Exercise, Proof, Workspace
from orderlab.exercises.engine.outcome import Outcome, right, untouched, wrong
from orderlab.workbook.gate import Fresh
from orderlab.workbook.verdicts import Verdict, verdicts
from tests.unit.fake_target import FakeTarget


def check(workspace: Workspace) -> Outcome:
    if workspace.answer is None:
        return untouched("Nothing yet.")
    if workspace.answer == 0:
        raise NotHere("This needs more.")
    return right("It is.") if workspace.answer > 2 else wrong("too small", "It is too small.")


def broken(_: Workspace) -> Any:
    raise ValueError("no such call")


def exercise(**attempts: Callable[[Workspace], Any]) -> Exercise:
    proofs = tuple(Proof(name.replace("_", " "), each) for name, each in attempts.items())
    return Exercise("1.1", "A number", check, lambda _: 3, "3", ("", "", ""), proofs)


def places(opened: list[str], calls: Callable[[], int] = lambda: 0) -> Fresh:
    @contextmanager
    def fresh(identifier: str) -> Iterator[tuple[Workspace, Callable[[], int]]]:
        opened.append(identifier)
        yield Workspace(FakeTarget()), calls

    return fresh


def given(found: list[Verdict]) -> dict[str, str]:
    return {each.attempt: each.given for each in found}


def test_each_attempt_gets_a_verdict_and_errors_are_some() -> None:
    tried = exercise(too_small=lambda _: 1, called_right=lambda _: 5, missing=lambda _: 0,
                     broken=broken)  # fmt: skip
    found = list(verdicts(tried, places([])))
    assert given(found) == {
        "as it comes": "untouched",
        "the solution": "right",
        "too small": "wrong",
        "called right": "right",
        "missing": "not_here",
        "broken": "stopped",
    }
    by_name = {each.attempt: each for each in found}
    assert [name for name, each in by_name.items() if each.misleads] == ["called right"]
    assert by_name["broken"].said == "ValueError: no such call"
    assert by_name["too small"].said == ""


def test_attempts_that_call_nothing_share_a_place() -> None:
    opened: list[str] = []
    list(verdicts(exercise(one=lambda _: 1, two=lambda _: 2), places(opened)))
    assert opened == ["1.1"]


def test_an_attempt_that_called_something_leaves_its_place() -> None:
    opened: list[str] = []
    count = iter(range(100))
    list(verdicts(exercise(one=lambda _: 1), places(opened, lambda: next(count))))
    assert opened == ["1.1"] * 3


def test_a_beginning_that_cannot_be_laid_out_is_told_once() -> None:
    @contextmanager
    def fresh(_: str) -> Iterator[tuple[Workspace, Callable[[], int]]]:
        raise KeyError("DAX")
        yield

    found = list(verdicts(exercise(one=lambda _: 1), fresh))
    assert [(each.given, each.said) for each in found] == [("unprepared", "KeyError: 'DAX'")]
