"""One alternative of an event pattern's leaf: a value, or an operator such as `prefix`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from orderlab.cloud.patterns.networks import Network
from orderlab.cloud.patterns.texts import TOGETHER, equal_but_for_case
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
            lowered = _text(operand["equals-ignore-case"], name).lower()
            return lambda value: isinstance(value, str) and at_edge(value.lower(), lowered)
        text = _text(operand, name)
        return lambda value: isinstance(value, str) and at_edge(value, text)

    return build


def _equals_ignore_case(operand: Any) -> Test:
    return equal_but_for_case([_text(operand, "equals-ignore-case")])


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
    return Network(_text(operand, "cidr")).holds


def _anything_but(operand: Any) -> Test:
    if isinstance(operand, dict):
        if len(operand) != 1 or not set(operand) <= _NEGATABLE:
            raise ValueError("anything-but takes a value, a list or one operator on strings")
        ((name, values),) = operand.items()
        found = values if isinstance(values, list) else [values]
        test = one_of(tests_of([{name: each} for each in found]))
    else:
        found = operand if isinstance(operand, list) else [operand]
        if any(isinstance(each, (dict, list)) for each in found):
            raise ValueError("anything-but takes plain values")
        test = _equals_one_of(found)
    if not found:
        raise ValueError("anything-but takes at least one value")
    return lambda value: value is not ABSENT and not test(value)


def one_of(alternatives: Sequence[Test]) -> Test:
    """A test that holds where one of several does."""

    def test(value: Any) -> bool:
        return any(alternative(value) for alternative in alternatives)

    return test


def tests_of(alternatives: Sequence[Any]) -> list[Test]:
    """As few tests as ask what the alternatives ask; ValueError if AWS knows one of them not."""
    together: dict[str, list[str]] = {name: [] for name in TOGETHER}
    plain: list[Any] = []
    others: list[Test] = []
    for each in alternatives:
        name, operand = next(iter(each.items())) if _has_one_key(each) else ("", None)
        if name in TOGETHER and isinstance(operand, str):
            together[name].append(operand)
        elif isinstance(each, (dict, list)):
            others.append(matcher(each))
        else:
            plain.append(each)
    tests = [_equals(plain[0]) if len(plain) == 1 else _equals_one_of(plain)] if plain else []
    tests += [TOGETHER[name](texts) for name, texts in together.items() if texts]
    return tests + others


def _has_one_key(alternative: Any) -> bool:
    return isinstance(alternative, dict) and len(alternative) == 1


def _equals_one_of(values: Sequence[Any]) -> Test:
    texts = frozenset(value for value in values if isinstance(value, str))
    numbers = frozenset(value for value in values if _is_number(value))
    rest = one_of([_equals(value) for value in values if value is None or isinstance(value, bool)])

    def test(value: Any) -> bool:
        if isinstance(value, str):
            return value in texts
        return value in numbers if _is_number(value) else rest(value)

    return test


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
