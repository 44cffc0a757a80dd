"""Attribute values: numbers, sizes, and what cannot be one."""

from __future__ import annotations

import json
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.dynamodb import numbers
from orderlab.cloud.dynamodb.attribute_values import measure, measure_item


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0.000", "0"),
        ("007", "7"),
        ("1.50", "1.5"),
        ("+3", "3"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1E3", "1000"),
        ("1.25e-2", "0.0125"),
        ("-12.340E1", "-123.4"),
        ("9" * 38, "9" * 38),
        ("9" * 38 + "00", "9" * 38 + "00"),
        ("1E125", "1" + "0" * 125),
        ("1E-130", "0." + "0" * 129 + "1"),
    ],
)
def test_a_number_comes_back_without_exponent_and_needless_zeros(sent: str, kept: str) -> None:
    assert numbers.normalise(sent) == kept


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("", "cannot be converted to a numeric value"),
        ("abc", "cannot be converted to a numeric value: abc"),
        (" 1", "cannot be converted to a numeric value:  1"),
        ("1_000", "cannot be converted"),
        ("NaN", "cannot be converted"),
        ("Infinity", "cannot be converted"),
        ("٣", "cannot be converted"),
        ("1" * 39, "more than 38 significant digits"),
        ("1E126", "Number overflow"),
        ("1E99999999999999", "Number overflow"),
        ("-1E-131", "Number underflow"),
    ],
)
def test_what_is_no_number_is_refused(sent: str, text: str) -> None:
    with pytest.raises(AwsError) as error:
        numbers.normalise(sent)
    assert error.value.code == "ValidationException"
    assert text in error.value.message


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-1e20, max_value=1e20)
)
def test_normalising_keeps_the_value(value: Decimal) -> None:
    normal = numbers.normalise(str(value))
    assert Decimal(normal) == value
    assert numbers.normalise(normal) == normal


@given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30))
def test_sums_are_exact(left: int, right: int) -> None:
    total = Decimal(numbers.add(str(left), str(right)))
    assert total == Context(prec=60).add(Decimal(left), Decimal(right))


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "abc"}, 3),
        ({"S": "é"}, 2),
        ({"N": "0"}, 1),
        ({"N": "1"}, 2),
        ({"N": "12"}, 2),
        ({"N": "123"}, 3),
        ({"N": "1000000"}, 2),
        ({"N": "-12.5"}, 3),
        ({"N": "0.0012"}, 2),
        ({"B": "AAEC"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": False}]}, 3 + 2 + 2 + 1),
        ({"M": {"ab": {"N": "1"}}}, 3 + 1 + 2 + 2),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "22"]}, 4),
        ({"BS": ["AA==", "AAE="]}, 3),
    ],
)
def test_the_size_of_a_value(value: dict[str, Any], size: int) -> None:
    assert measure(value) == size


def test_the_size_of_an_item_counts_its_names() -> None:
    assert measure_item({"pk": {"S": "abc"}, "ü": {"N": "1"}}) == 2 + 3 + 2 + 2


def test_values_are_brought_into_their_normal_form() -> None:
    value = {"L": [{"N": "1.0"}, {"SS": ["b", "a"]}, {"NS": ["10", "9.0"]}]}
    measure(value)
    assert value == {"L": [{"N": "1"}, {"SS": ["a", "b"]}, {"NS": ["9", "10"]}]}


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ({"S": 5}, "SerializationException", "NUMBER_VALUE cannot be converted to String"),
        ({"S": True}, "SerializationException", "TRUE_VALUE cannot be converted to String"),
        ({"N": 5}, "SerializationException", "NUMBER_VALUE cannot be converted to String"),
        ({"S": ["a"]}, "SerializationException", "Start of list found where not expected"),
        ({"S": {"a": 1}}, "SerializationException", "Start of structure or map found"),
        ({"B": "no base64!"}, "SerializationException", "base64"),
        ({"BOOL": "true"}, "SerializationException", "STRING_VALUE cannot be converted"),
        ("text", "SerializationException", ""),
        ({}, "ValidationException", "must contain exactly one of the supported datatypes"),
        ({"X": "a"}, "ValidationException", "Supplied AttributeValue is empty"),
        ({"S": "a", "N": "1"}, "ValidationException", "more than one datatypes set"),
        ({"NULL": False}, "ValidationException", "must have the value of true"),
        ({"SS": []}, "ValidationException", "An string set  may not be empty"),
        ({"NS": []}, "ValidationException", "An number set  may not be empty"),
        ({"BS": []}, "ValidationException", "Binary sets should not be empty"),
        ({"SS": ["a", "a"]}, "ValidationException", "Input collection [a, a] contains duplicates."),
        ({"NS": ["1", "1.0"]}, "ValidationException", "Input collection contains duplicates"),
        ({"S": "\ud800"}, "SerializationException", "UTF-8"),
    ],
)
def test_what_is_no_value_is_refused(value: Any, code: str, text: str) -> None:
    with pytest.raises(AwsError) as error:
        measure(value)
    assert error.value.code == code
    assert text in error.value.message


def test_a_member_that_is_null_does_not_count() -> None:
    value = {"S": "a", "N": None}
    assert measure(value) == 1
    assert value == {"S": "a"}


@pytest.mark.parametrize(("levels", "allowed"), [(32, True), (33, False)])
def test_nesting_ends_at_32_levels(levels: int, allowed: bool) -> None:
    value = json.loads('{"L":[' * levels + "]}" * levels)
    if allowed:
        assert measure(value) > 0
    else:
        with pytest.raises(AwsError, match="Nesting Levels have exceeded supported limits"):
            measure(value)
