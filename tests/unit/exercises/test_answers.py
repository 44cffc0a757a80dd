"""A right answer in another form is right; what cannot be read is said in a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderlab.exercises.engine.answers import CannotRead, listing, mapping, number, one_of, pairs


@pytest.mark.parametrize("given", [1200, 1200.0, "1,200", " 1200 ", Decimal(1200), [1200], "1_200"])
def test_a_number_is_read_in_any_form(given: Any) -> None:
    assert number(given) == 1200


def test_a_number_beyond_all_floats_is_infinite_and_not_an_error() -> None:
    assert number(10**400) == float("inf")


@pytest.mark.parametrize("given", [None, True, "many", {}, object(), float("nan")])
def test_an_answer_that_is_not_a_number_is_explained(given: Any) -> None:
    with pytest.raises(CannotRead, match=r"I expected a number|an integer|NaN"):
        number(given)


def test_a_list_is_read_from_any_iterable() -> None:
    assert listing(n for n in (1, 2)) == [1, 2]
    assert listing("a, b") == ["a", "b"]
    assert sorted(listing({3, 1})) == [1, 3]
    with pytest.raises(CannotRead):
        listing(5)


def test_a_dictionary_is_read_by_its_keys_whatever_their_form() -> None:
    wanted = {"busy hour": 1, "orders": 2}
    for given in ({"Busy-Hour": 1, "ORDERS": 2}, [("busy hour", 1), ("orders", 2)]):
        assert mapping(given, wanted) == wanted
    assert mapping({"busy hour": 1, "count": 2}, wanted, synonyms={"count": "orders"}) == wanted


def test_a_missing_and_an_unknown_key_are_named() -> None:
    with pytest.raises(CannotRead, match="no value for b"):
        mapping({"a": 1}, ["a", "b"])
    with pytest.raises(CannotRead, match="'c' is not one of a, b"):
        mapping({"a": 1, "c": 2}, ["a", "b"])


def test_a_choice_is_read_by_its_word_or_a_synonym() -> None:
    assert one_of("Lift and shift", ["rehost"], synonyms={"lift-and-shift": "rehost"}) == "rehost"
    with pytest.raises(CannotRead, match="not one of rehost"):
        one_of("move", ["rehost"])


def test_pairs_come_from_a_dictionary_too() -> None:
    assert pairs({"a": 1}) == [("a", 1)]
