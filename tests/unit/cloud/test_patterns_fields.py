"""Dotted paths, arrays in arrays, and what is not there: patterns over the fields of an object."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.event_sources.filters import FilterCriteria
from orderlab.cloud.sns.filter_policy import FilterPolicy

X = {"x": ["1"]}


def by_topic(policy: Any, content: Any) -> bool:
    return FilterPolicy(json.dumps(policy), "MessageBody").matches({}, json.dumps(content))


def by_source(pattern: Any, content: Any) -> bool:
    return FilterCriteria([json.dumps(pattern)]).passes(content)


BOTH = pytest.mark.parametrize("matches", [by_topic, by_source])


@BOTH
@pytest.mark.parametrize(
    "policy", [{"a.b.c": ["1"]}, {"a": {"b": {"c": ["1"]}}}, {"a.b": {"c": ["1"]}}]
)
@pytest.mark.parametrize(
    "content",
    [
        {"a": {"b": {"c": "1"}}},
        {"a.b.c": "1"},
        {"a.b": {"c": "1"}},
        {"a": {"b.c": "1"}},
        {"a": {"b": [{"c": "0"}, {"c": "1"}]}},
        {"a": [[{"b": [[[{"c": ["0", ["1"]]}]]]}]]},
        {"a": {"other": 1}, "a.b": [{"c": "1"}]},
    ],
)
def test_a_dot_goes_into_an_object(matches: Any, policy: Any, content: Any) -> None:
    assert matches(policy, content)


@BOTH
@pytest.mark.parametrize(
    "content",
    [{"a": {"b": {"c": "2"}}}, {"a": {"b": "1"}}, {"a": {"c": "1"}}, {"b": {"c": "1"}}, {}],
)
def test_another_path_is_another_field(matches: Any, content: Any) -> None:
    assert not matches({"a.b.c": ["1"]}, content)


@BOTH
def test_what_lies_in_one_array_must_be_of_one_element(matches: Any) -> None:
    policy = {"a.x": ["1"], "a": {"y": ["2"]}}
    assert matches(policy, {"a": [{"x": "0"}, {"x": "1", "y": "2"}]})
    assert not matches(policy, {"a": [{"x": "1", "y": "0"}, {"x": "0", "y": "2"}]})


@BOTH
def test_only_leaves_exist(matches: Any) -> None:
    there, not_there = {"a": [{"exists": True}]}, {"a": [{"exists": False}]}
    leaves: list[Any] = [{"a": 1}, {"a": None}, {"a": [[False]]}]
    for content in leaves:
        assert matches(there, content) and not matches(not_there, content)
    no_leaves: list[Any] = [{}, {"a": []}, {"a": [[]]}, {"a": {"b": 1}}]
    for content in no_leaves:
        assert matches(not_there, content) and not matches(there, content)


@BOTH
def test_what_lies_below_no_object_does_not_exist(matches: Any) -> None:
    policy = {"a": {"b": [{"exists": False}]}}
    absent: list[Any] = [
        {},
        {"a": 1},
        {"a": []},
        {"a": [1]},
        {"a": {"c": 1}},
        {"a": [{"b": 1}, {}]},
    ]
    for content in absent:
        assert matches(policy, content), content
    present: list[Any] = [{"a": {"b": 1}}, {"a.b": 1}, {"a": [{"b": 1}]}]
    for content in present:
        assert not matches(policy, content), content


@BOTH
def test_alternatives_lie_where_they_are_written(matches: Any) -> None:
    policy = {"a": {"$or": [{"b.c": ["1"]}, {"d": ["1"]}], "e": ["1"]}}
    assert matches(policy, {"a": {"b": {"c": "1"}, "e": "1"}})
    assert matches(policy, {"a": [{"e": "1"}, {"d": "1", "e": "1"}]})
    assert not matches(policy, {"a": [{"e": "1"}, {"d": "1"}]})
    assert not matches(policy, {"b": {"c": "1"}, "a": {"e": "1"}})


KEYS = st.sampled_from(["a", "b", "a.b", "x", "$or"])
VALUES = st.recursive(
    st.sampled_from(["1", 1, None, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_both_readers_agree_on_any_object(content: dict[str, Any]) -> None:
    for pattern in ({"a": {"b": ["1"]}}, {"a.b": ["1", {"exists": False}]}, {"a": X, "b": X}):
        assert by_topic(pattern, content) == by_source(pattern, content)
