"""Filter criteria, against the examples of AWS's documentation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderlab.cloud.event_sources.filters import FilterCriteria
from orderlab.cloud.patterns.event_pattern import InvalidPattern


def passes(pattern: Any, record: Any) -> bool:
    return FilterCriteria([json.dumps(pattern)]).passes(record)


@pytest.mark.parametrize(
    ("leaf", "value", "expected"),
    [
        (["a"], "a", True),
        (["a"], "A", False),
        (["a", "b"], "b", True),
        ([""], "", True),
        ([None], None, True),
        ([None], "", False),
        ([5], 5.0, True),
        ([5], "5", False),
        ([1], True, False),
        ([True], True, True),
        (["a"], ["x", "a"], True),
        (["a", 1, None], True, False),
        (["a", 1, True], True, True),
        (["a", 1, None], None, True),
        (["1", 2], 1, False),
        (["1", {"prefix": "x"}], "xy", True),
        ([{"prefix": "re"}], "red", True),
        ([{"prefix": {"equals-ignore-case": "RE"}}], "red", True),
        ([{"suffix": "ed"}], "red", True),
        ([{"suffix": "ED"}], "red", False),
        ([{"equals-ignore-case": "RED"}], "red", True),
        ([{"wildcard": "r*d"}], "rainbow-d", True),
        ([{"wildcard": "r*d"}], "rainbow", False),
        ([{"wildcard": "*b*d*"}], "abcd", True),
        ([{"wildcard": "*d*b*"}], "abcd", False),
        ([{"wildcard": "ab*ba"}], "aba", False),
        ([{"wildcard": "red"}], "red", True),
        ([{"wildcard": "a\\*b"}], "a*b", True),
        ([{"wildcard": "a\\*b"}], "axb", False),
        ([{"anything-but": "a"}], "b", True),
        ([{"anything-but": [4, 5]}], 5.0, False),
        ([{"anything-but": [1, 2]}], True, True),
        ([{"anything-but": {"prefix": "re"}}], "red", False),
        ([{"anything-but": {"prefix": ["re", "bl"]}}], "green", True),
        ([{"anything-but": {"suffix": "ed"}}], "blue", True),
        ([{"anything-but": {"wildcard": "r*"}}], "red", False),
        ([{"numeric": ["=", 300]}], 300.0, True),
        ([{"numeric": [">", 0, "<=", 5]}], 5, True),
        ([{"numeric": [">", 0, "<=", 5]}], 0, False),
        ([{"numeric": [">", 0]}], "5", False),
        ([{"exists": True}], "a", True),
        ([{"exists": False}], "a", False),
        ([{"cidr": "10.0.0.0/24"}], "10.0.0.77", True),
        ([{"cidr": "10.0.0.0/24"}], "10.0.1.1", False),
    ],
)
def test_each_operator(leaf: list[Any], value: Any, expected: bool) -> None:
    assert passes({"field": leaf}, {"field": value}) is expected


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ([{"exists": False}], True),
        ([{"exists": True}], False),
        ([{"anything-but": "a"}], False),
        ([None], False),
        ([{"exists": False}, "a"], True),
    ],
)
def test_a_field_that_is_missing(leaf: list[Any], expected: bool) -> None:
    assert passes({"outer": {"field": leaf}}, {"outer": {}}) is expected
    assert passes({"outer": {"field": leaf}}, {}) is expected


def test_fields_are_joined_by_and_filters_by_or() -> None:
    both = {"a": [1], "b": [2]}
    assert passes(both, {"a": 1, "b": 2})
    assert not passes(both, {"a": 1, "b": 3})
    either = FilterCriteria(['{"a": [1]}', '{"b": [2]}'])
    assert either.passes({"a": 0, "b": 2})
    assert not either.passes({"a": 0, "b": 0})


def test_or_joins_patterns_of_several_fields() -> None:
    pattern = {"x": ["y"], "$or": [{"a": [1]}, {"b": [{"numeric": [">", 5]}]}]}
    assert passes(pattern, {"x": "y", "b": 6})
    assert not passes(pattern, {"x": "y", "b": 5})
    assert not passes(pattern, {"x": "n", "a": 1})


def test_a_pattern_reaches_into_the_new_image_of_a_stream_record() -> None:
    pattern = {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {"status": {"S": [{"prefix": "PL"}]}}},
    }
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": {"status": {"S": "PLACED"}}}}
    assert passes(pattern, record)
    assert not passes(pattern, {**record, "eventName": "REMOVE"})
    assert not passes(pattern, {"eventName": "INSERT", "dynamodb": {"OldImage": {}}})


@pytest.mark.parametrize(
    ("pattern", "body", "expected"),
    [
        ({"body": {"kind": ["order"]}}, '{"kind": "order"}', True),
        ({"body": {"kind": ["order"]}}, '{"kind": "other"}', False),
        ({"body": {"kind": [{"exists": False}]}}, "no json", False),
        ({"body": ["plain"]}, "plain", True),
        ({"body": ["plain"]}, '{"plain": 1}', False),
        ({"body": {"lines": {"sku": ["b"]}}}, '{"lines": [{"sku": "a"}, {"sku": "b"}]}', True),
        ({"body.kind": ["order"]}, '{"kind": "order"}', True),
        ({"messageId": ["m1"]}, "no json", True),
        ({"$or": [{"body": {"a": [1]}}, {"body": {"b": [1]}}]}, '{"b": 1}', True),
    ],
)
def test_the_body_of_a_message(pattern: Any, body: str, expected: bool) -> None:
    assert passes(pattern, {"messageId": "m1", "body": body}) is expected


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "[]", "{}", '"a"', '{"a": "b"}', '{"a": []}', '{"a": {}}', '{"a": [[1]]}',
        '{"a": [{"unknown": 1}]}', '{"a": [{"prefix": 1}]}', '{"a": [{"numeric": ["!", 1]}]}',
        '{"a": [{"numeric": [">"]}]}', '{"a": [{"exists": "yes"}]}', '{"$or": []}',
        '{"a": [{"anything-but": {"numeric": 1}}]}', '{"a": [{"prefix": "a", "suffix": "b"}]}',
        "[" * 4000, '{"a":' * 400 + "[1]" + "}" * 400,
        '{"a": [{"cidr": "nowhere"}]}', '{"a": [{"anything-but": []}]}',
        '{"a": [{"anything-but": ["a", 1]}]}', '{"a": [{"wildcard": "a\\\\b"}]}',
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(InvalidPattern):
        FilterCriteria([text])
