"""A learner's function as another environment has it: its own memory, another hash()."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from orderlab.exercises.chapter02.elsewhere import in_another_process, remembering, salted

_counter = itertools.count()
_seen: dict[str, int] = {}
_usual = hash


def _counted(_: str) -> int:
    return next(_counter)


def _remembered(text: str) -> int:
    return _seen.setdefault(text, len(_seen))


def _helper(text: str) -> int:
    return _usual(text)


def _through_a_helper(text: str) -> int:
    return sum(_helper(each) for each in [text])


def test_a_copied_function_does_not_share_state_with_the_original() -> None:
    copy = remembering(_remembered)
    assert [_remembered(each) for each in "ab"] == [0, 1]
    assert [copy(each) for each in "ba"] == [0, 1]


def test_a_counter_in_a_copied_function_counts_by_itself() -> None:
    copy = remembering(_counted)
    assert [_counted("x"), _counted("x"), copy("x")] == [0, 1, 0]


@pytest.mark.parametrize("counter", [itertools.count(5, -2), itertools.count(0.5, 0.25)], ids=repr)
def test_a_copied_counter_goes_on_from_its_number_in_its_steps(counter: Any) -> None:
    next(counter)
    copy = remembering(lambda: next(counter))
    assert [copy(), copy()] == [next(counter), next(counter)]


def test_closure_variables_are_copied_as_well() -> None:
    def make() -> Callable[[str], int]:
        mine: dict[str, int] = {}
        return lambda text: mine.setdefault(text, len(mine))

    function = make()
    copy = remembering(function)
    function("a")
    assert copy("b") == 0


def test_the_copy_has_another_hash_function_under_any_name() -> None:
    other = in_another_process(_through_a_helper)
    assert other("o-1") == salted("o-1") != _through_a_helper("o-1")


def test_hashes_of_numbers_are_the_same_in_the_copy() -> None:
    def number(text: Any) -> int:
        return hash(int(text))

    assert in_another_process(number)("41") == number("41")
