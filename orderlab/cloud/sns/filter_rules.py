"""The operators of filter policies: each rule becomes a test of one value.

They are EventBridge's, but for numbers: SNS takes them from -10^9 to 10^9, and compares them with a
precision of six decimals.
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

from __future__ import annotations

import json
from typing import Any

from orderlab.cloud.patterns.operators import Test, is_number, read_expression
from orderlab.cloud.patterns.pattern_text import InvalidPattern, PatternText
from orderlab.cloud.sns.errors import InvalidParameter

__all__ = ["Test", "bad_policy", "check_number", "equals_one_of", "is_number", "test_of"]

MAX_NUMBER = 1_000_000_000
# AWS documents five decimals and compares six
_PRECISION = 1_000_000
_BEYOND = 1 << 80
_OF_TEXTS = ("prefix", "suffix", "equals-ignore-case", "wildcard")
# what EventBridge has and SNS has not
_UNKNOWN = ("exactly",)


def bad_policy(reason: str) -> InvalidParameter:
    """The error for a policy that SNS refuses."""
    return InvalidParameter(f"FilterPolicy: {reason}")


def test_of(rule: dict[str, Any]) -> Test:
    """A rule with an operator as a test of one value; raises InvalidParameter if it is none."""
    if list(rule) == ["anything-but"] and not isinstance(rule["anything-but"], dict):
        return _anything_but(rule["anything-but"])
    test = _as_event_pattern(rule)
    [(name, operand)] = rule.items()
    if name in _UNKNOWN:
        raise bad_policy(f"Unrecognized match type {name}")
    if name in _OF_TEXTS and (not isinstance(operand, str) or not operand):
        raise bad_policy(f"{name} match pattern must be a string")
    if name == "numeric":
        for each in filter(is_number, operand):
            check_number(each)
        if operand[0] == "=":
            return equals_one_of([operand[1]])
    return test


def _as_event_pattern(rule: dict[str, Any]) -> Test:
    """The rule as EventBridge reads it."""
    try:
        source = PatternText(json.dumps(rule))
        return read_expression(source, source.read())
    except RecursionError:
        raise bad_policy("Filter policy is too complex") from None
    except InvalidPattern as error:
        raise bad_policy(error.reason.replace("Rule", "Filter policy")) from None


def _anything_but(unwanted: Any) -> Test:
    """Unlike EventBridge, SNS takes a list of both texts and numbers."""
    values = unwanted if isinstance(unwanted, list) else [unwanted]
    if not values or any(isinstance(each, dict | list) for each in values):
        raise bad_policy("anything-but list must be one or more strings or numbers")
    listed = equals_one_of(values)
    return lambda value: not listed(value)


def equals_one_of(wanted: list[Any]) -> Test:
    """A test for plain values, as quick for very many of them as for one."""
    if any(isinstance(each, dict | list) for each in wanted):
        raise bad_policy("Match value must be String, number, true, false, or null")
    texts = frozenset(each for each in wanted if isinstance(each, str))
    numbers = frozenset(_scaled(each) for each in wanted if is_number(each))
    rest = [each for each in wanted if each is None or isinstance(each, bool)]

    def test(value: Any) -> bool:
        if isinstance(value, str):
            return value in texts
        if is_number(value):
            return bool(numbers) and _scaled(value) in numbers
        return any(value is each for each in rest)

    return test


def check_number(number: float) -> None:
    """Raise InvalidParameter for a number that is too large, or too small, for a policy."""
    if not -MAX_NUMBER <= number <= MAX_NUMBER:
        raise bad_policy(f"Value {number} is out of range: must be between -10^9 and 10^9")


def _scaled(number: float) -> int:
    if not -MAX_NUMBER <= number <= MAX_NUMBER:
        # larger than any number in a rule, or not a number: equal to none
        return _BEYOND
    return round(number * _PRECISION)
