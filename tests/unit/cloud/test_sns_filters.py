"""Filter policies: every operator, both scopes, and what is no policy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderlab.cloud.sns.errors import InvalidParameter
from orderlab.cloud.sns.filter_policy import FilterPolicy


def text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def number(value: str) -> dict[str, str]:
    return {"DataType": "Number", "StringValue": value}


def array(*values: Any) -> dict[str, str]:
    return {"DataType": "String.Array", "StringValue": json.dumps(values)}


def by_attributes(policy: dict[str, Any], **attributes: Any) -> bool:
    return FilterPolicy(json.dumps(policy), "MessageAttributes").matches(attributes, "")


def by_body(policy: dict[str, Any], body: Any) -> bool:
    return FilterPolicy(json.dumps(policy), "MessageBody").matches({}, json.dumps(body))


@pytest.mark.parametrize(
    ("rule", "yes", "no"),
    [
        ("rugby", text("rugby"), text("Rugby")),
        ("rugby", array("tennis", "rugby"), array("tennis")),
        (100, number("100.0"), text("100")),
        (301.5, number("301.50"), number("301.51")),
        (True, array(True), array("true")),
        (None, array(None), array()),
        ({"prefix": "bas"}, text("baseball"), text("rugby")),
        ({"suffix": "ball"}, text("baseball"), text("rugby")),
        ({"equals-ignore-case": "tennis"}, text("TENNIS"), text("rugby")),
        ({"wildcard": "ru*y"}, text("rugby"), text("rug")),
        ({"wildcard": "*ball*"}, text("basketball cup"), text("bal")),
        ({"cidr": "10.0.0.0/24"}, text("10.0.0.255"), text("10.1.1.0")),
        ({"cidr": "10.0.0.0/24"}, text("10.0.0.1"), text("no address")),
        ({"anything-but": "rugby"}, text("tennis"), text("rugby")),
        ({"anything-but": ["rugby", "tennis"]}, text("golf"), text("tennis")),
        ({"anything-but": ["rugby", "tennis"]}, array("rugby", "golf"), array("rugby")),
        ({"anything-but": [100, 500]}, number("101"), number("100")),
        ({"anything-but": {"prefix": "bas"}}, text("rugby"), text("baseball")),
        ({"anything-but": {"suffix": "ball"}}, text("rugby"), text("football")),
        ({"anything-but": {"prefix": ["a", "b"]}}, text("c"), text("b1")),
        ({"anything-but": {"wildcard": "a*c"}}, text("ab"), text("abc")),
        ({"anything-but": ["a", 5]}, number("6"), number("5.0")),
        ({"numeric": ["=", 1]}, number("1.0000001"), number("1.00001")),
        ({"numeric": [">=", -1, "<", 2]}, number("-1"), number("2")),
        ({"numeric": ["=", 301.5]}, number("3.015e2"), number("3")),
        ({"numeric": [">", 0, "<=", 150]}, number("150"), number("0")),
        ({"numeric": ["<", 10]}, number("9.99"), number("10")),
        ({"numeric": [">", 0]}, number("5"), text("5")),
    ],
)
def test_rules_on_attributes(rule: Any, yes: Any, no: Any) -> None:
    assert by_attributes({"key": [rule]}, key=yes)
    assert not by_attributes({"key": [rule]}, key=no)


@pytest.mark.parametrize("rule", ["a", {"anything-but": "a"}, {"prefix": "a"}])
def test_a_missing_attribute_matches_nothing(rule: Any) -> None:
    assert not by_attributes({"key": [rule]}, other=text("a"))


def test_exists() -> None:
    assert by_attributes({"key": [{"exists": True}]}, key=text("x"))
    assert not by_attributes({"key": [{"exists": True}]})
    assert by_attributes({"key": [{"exists": False}]})
    assert not by_attributes({"key": [{"exists": False}]}, key=text("x"))


def test_binary_attributes_are_not_seen() -> None:
    binary = {"DataType": "Binary", "BinaryValue": "YQ=="}
    assert by_attributes({"key": [{"exists": False}]}, key=binary)


def test_keys_are_anded_and_rules_are_ored() -> None:
    policy = {"a": ["1", "2"], "b": [{"prefix": "x"}]}
    assert by_attributes(policy, a=text("2"), b=text("xy"))
    assert not by_attributes(policy, a=text("2"), b=text("y"))
    assert not by_attributes(policy, a=text("2"))


def test_or_between_keys() -> None:
    policy = {"source": ["shop"], "$or": [{"kind": ["new"]}, {"total": [{"numeric": [">", 100]}]}]}
    assert by_attributes(policy, source=text("shop"), kind=text("new"))
    assert by_attributes(policy, source=text("shop"), total=number("101"))
    assert not by_attributes(policy, source=text("shop"), total=number("99"))
    assert not by_attributes(policy, source=text("web"), kind=text("new"))


def test_the_body_may_be_nested() -> None:
    policy = {"order": {"customer": {"country": ["NL"]}, "total": [{"numeric": [">=", 10]}]}}
    assert by_body(policy, {"order": {"customer": {"country": "NL"}, "total": 10}})
    assert not by_body(policy, {"order": {"customer": {"country": "BE"}, "total": 10}})
    assert not by_body(policy, {"order": "NL"})


def test_one_object_of_an_array_must_fit_as_a_whole() -> None:
    policy = {"lines": {"sku": ["A"], "quantity": [{"numeric": [">", 1]}]}}
    assert by_body(policy, {"lines": [{"sku": "B", "quantity": 1}, {"sku": "A", "quantity": 2}]})
    assert not by_body(
        policy, {"lines": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 2}]}
    )


def test_values_of_the_body_keep_their_types() -> None:
    assert by_body({"paid": [True]}, {"paid": True})
    assert not by_body({"paid": [True]}, {"paid": 1})
    assert not by_body({"n": [1]}, {"n": True})
    assert by_body({"note": [None]}, {"note": None})
    assert by_body({"tags": ["x"]}, {"tags": ["y", "x"]})
    assert by_body({"a": {"b": [{"exists": False}]}}, {"c": 1})


@pytest.mark.parametrize("body", ["no json", "[1]", '"text"', "[" * 5000])
def test_a_body_that_is_no_object_matches_nothing(body: str) -> None:
    policy = FilterPolicy('{"a":[{"exists":false}]}', "MessageBody")
    assert not policy.matches({}, body)


@pytest.mark.parametrize(
    "policy",
    [
        "no json",
        "[]",
        '"a"',
        {"a": "b"},
        {"a": []},
        {"a": [["b"]]},
        {"a": {"b": ["c"]}},
        {"a": [{}]},
        {"a": [{"prefix": "x", "suffix": "y"}]},
        {"a": [{"unknown": "x"}]},
        {"a": [{"prefix": 1}]},
        {"a": [{"exists": "yes"}]},
        {"a": [{"numeric": []}]},
        {"a": [{"numeric": ["<"]}]},
        {"a": [{"numeric": ["<", "1"]}]},
        {"a": [{"numeric": ["!", 1]}]},
        {"a": [{"numeric": ["<", 1, ">", 2]}]},
        {"a": [{"numeric": [">", 5, "<", 2]}]},
        {"a": [{"numeric": [">", 2_000_000_000]}]},
        {"a": [2_000_000_000]},
        {"a": [{"cidr": "300.0.0.0/8"}]},
        {"a": [{"wildcard": "a**b"}]},
        {"a": [{"wildcard": ""}]},
        {"a": [{"exactly": "a"}]},
        {"a": [{"prefix": {"equals-ignore-case": "a"}}]},
        '{"a": [{"prefix": ' + "[" * 900 + "]" * 900 + "}]}",
        {"a": [{"anything-but": []}]},
        {"a": [{"anything-but": {"cidr": "10.0.0.0/8"}}]},
        {letter: ["x"] for letter in "abcdef"},
        {"a": [str(n) for n in range(20)], "b": [str(n) for n in range(8)]},
    ],
)
def test_what_is_no_policy_is_refused(policy: Any) -> None:
    given = policy if isinstance(policy, str) else json.dumps(policy)
    with pytest.raises(InvalidParameter):
        FilterPolicy(given, "MessageAttributes")


def test_nesting_counts_towards_the_combinations() -> None:
    # 4 values three levels deep and 3 values two levels deep: 4*3 * 3*2 = 72
    policy: dict[str, Any] = {"a": {"b": {"c": list("wxyz")}}, "d": {"e": list("xyz")}}
    FilterPolicy(json.dumps(policy), "MessageBody")
    policy["f"] = list("xyz")
    with pytest.raises(InvalidParameter, match="too complex"):
        FilterPolicy(json.dumps(policy), "MessageBody")
