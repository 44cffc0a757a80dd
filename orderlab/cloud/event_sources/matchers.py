"""One alternative of an event pattern's leaf: a value, or an operator such as `prefix`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable
from typing import Any

from orderlab.cloud.patterns.wildcards import Part, Wild, Wildcard

Test = Callable[[Any], bool]


class _Absent:
    """Stands for a field that the event does not have."""


ABSENT: Any = _Absent()


def matcher(alternative: Any) -> Test:
    """A test for one entry of a leaf's list; ValueError if AWS knows no such entry."""
    if isinstance(alternative, dict):
        if len(alternative) != 1:
            raise ValueError("an operator is an object with one key")
        ((name, operand),) = alternative.items()
        if name not in OPERATORS:
            raise ValueError(f"unknown operator {name!r}")
        return OPERATORS[name](operand)
    if isinstance(alternative, list):
        raise ValueError("a list may not hold a list")
    return _equals(alternative)


def _equals(wanted: Any) -> Test:
    if wanted is None:
        return lambda value: value is None
    if isinstance(wanted, bool):
        return lambda value: value is wanted
    if isinstance(wanted, str):
        return lambda value: isinstance(value, str) and value == wanted
    return lambda value: _is_number(value) and value == wanted


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(operand: Any, name: str) -> str:
    if not isinstance(operand, str):
        raise ValueError(f"{name} takes a string")
    return operand


def _affix(name: str, at_edge: Callable[[str, str], bool]) -> Callable[[Any], Test]:
    def build(operand: Any) -> Test:
        if isinstance(operand, dict) and set(operand) == {"equals-ignore-case"}:
            folded = _text(operand["equals-ignore-case"], name).casefold()
            return lambda value: isinstance(value, str) and at_edge(value.casefold(), folded)
        text = _text(operand, name)
        return lambda value: isinstance(value, str) and at_edge(value, text)

    return build


def _equals_ignore_case(operand: Any) -> Test:
    folded = _text(operand, "equals-ignore-case").casefold()
    return lambda value: isinstance(value, str) and value.casefold() == folded


def _wildcard(operand: Any) -> Test:
    text = _text(operand, "wildcard")
    if "**" in text:
        raise ValueError("wildcard takes no two * in a row")
    # a backslash takes the meaning from the character after it
    parts: list[Part] = [
        Wild.MANY if part == "*" else part[-1] for part in re.findall(r"\\.|.", text, re.DOTALL)
    ]
    wildcard = Wildcard(parts)
    return lambda value: isinstance(value, str) and wildcard.matches(value)


def _exists(operand: Any) -> Test:
    if not isinstance(operand, bool):
        raise ValueError("exists takes true or false")
    return lambda value: (value is not ABSENT) is operand


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _numeric(operand: Any) -> Test:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        raise ValueError("numeric takes one or two comparisons")
    pairs = list(zip(operand[::2], operand[1::2], strict=True))
    for sign, bound in pairs:
        if not isinstance(sign, str) or sign not in COMPARISONS or not _is_number(bound):
            raise ValueError("numeric takes a sign and a number")
    tests = [(COMPARISONS[sign], bound) for sign, bound in pairs]
    return lambda value: _is_number(value) and all(test(value, bound) for test, bound in tests)


def _cidr(operand: Any) -> Test:
    network = ipaddress.ip_network(_text(operand, "cidr"), strict=False)

    def test(value: Any) -> bool:
        try:
            return isinstance(value, str) and ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return test


def _anything_but(operand: Any) -> Test:
    if isinstance(operand, dict):
        if len(operand) != 1 or not set(operand) <= _NEGATABLE:
            raise ValueError("anything-but takes a value, a list or one operator on strings")
        ((name, values),) = operand.items()
        tests = [OPERATORS[name](v) for v in (values if isinstance(values, list) else [values])]
    else:
        values = operand if isinstance(operand, list) else [operand]
        if any(isinstance(value, (dict, list)) for value in values):
            raise ValueError("anything-but takes plain values")
        tests = [_equals(value) for value in values]
    if not tests:
        raise ValueError("anything-but takes at least one value")
    return lambda value: value is not ABSENT and not any(test(value) for test in tests)


_NEGATABLE = {"prefix", "suffix", "equals-ignore-case", "wildcard"}

OPERATORS: dict[str, Callable[[Any], Test]] = {
    "prefix": _affix("prefix", str.startswith),
    "suffix": _affix("suffix", str.endswith),
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "exists": _exists,
    "numeric": _numeric,
    "cidr": _cidr,
    "anything-but": _anything_but,
}
