"""The operators of filter policies: each rule becomes a test of one value.

https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from orderlab.cloud.patterns.networks import Network
from orderlab.cloud.patterns.texts import TOGETHER, equal_but_for_case
from orderlab.cloud.patterns.wildcards import Wildcard, parts_of
from orderlab.cloud.topics.errors import InvalidParameter

# A value of a message: a text, a number, true, false or null.
Test = Callable[[Any], bool]

MAX_NUMBER = 1_000_000_000
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# AWS documents five decimals and compares six
_PRECISION = 1_000_000
_BEYOND = 1 << 80


def bad_policy(reason: str) -> InvalidParameter:
    """The error for a policy that SNS refuses."""
    return InvalidParameter(f"FilterPolicy: {reason}")


def is_number(value: object) -> bool:
    """Whether a value is a number; a truth value is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def test_of(rule: Any) -> Test:
    """A rule as a test of one value; raises InvalidParameter if it is not a rule."""
    if isinstance(rule, dict):
        if len(rule) != 1:
            raise bad_policy("Only one key allowed in match expression")
        [(name, argument)] = rule.items()
        maker = _OPERATORS.get(name)
        if maker is None:
            raise bad_policy(f"Unrecognized match type {name}")
        return maker(argument)
    return equals(rule)


def equals(wanted: Any) -> Test:
    """A test for one plain value."""
    return equals_one_of([wanted])


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


def _scaled(number: float) -> int:
    if not -MAX_NUMBER <= number <= MAX_NUMBER:
        # larger than any number in a rule, or not a number: equal to none
        return _BEYOND
    return round(number * _PRECISION)


def _check_number(number: Any) -> None:
    if not -MAX_NUMBER <= number <= MAX_NUMBER:
        raise bad_policy(f"Value {number} is out of range: must be between -10^9 and 10^9")


def _text(name: str, argument: Any) -> str:
    if not isinstance(argument, str) or not argument:
        raise bad_policy(f"{name} match pattern must be a string")
    return argument


def _texts(name: str, argument: Any) -> list[str]:
    found = argument if isinstance(argument, list) else [argument]
    if not found:
        raise bad_policy(f"{name} match pattern must not be empty")
    return [_text(name, each) for each in found]


def _prefix(argument: Any) -> Test:
    wanted = _text("prefix", argument)
    return lambda value: isinstance(value, str) and value.startswith(wanted)


def _suffix(argument: Any) -> Test:
    wanted = _text("suffix", argument)
    return lambda value: isinstance(value, str) and value.endswith(wanted)


def _equals_ignore_case(argument: Any) -> Test:
    return equal_but_for_case([_text("equals-ignore-case", argument)])


def _wildcard(argument: Any) -> Test:
    wanted = _text("wildcard", argument)
    if "**" in wanted:
        raise bad_policy(f"Consecutive wildcard characters at pos {wanted.index('**')}")
    wildcard = Wildcard(parts_of(wanted, question_mark=False))
    return lambda value: isinstance(value, str) and wildcard.matches(value)


def _cidr(argument: Any) -> Test:
    address_part, slash, bits = _text("prefix", argument).partition("/")
    if not slash or "/" in bits:
        raise bad_policy("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"\d{1,3}", bits, re.ASCII):
        raise bad_policy("Malformed CIDR, mask bits must be an integer")
    try:
        return Network(f"{address_part}/{bits}").holds
    except ValueError:
        raise bad_policy(f"Nonstandard IP address: {address_part}") from None


def _numeric(argument: Any) -> Test:
    steps = _comparisons(argument)
    return lambda value: is_number(value) and all(compare(value, bound) for compare, bound in steps)


def _comparisons(argument: Any) -> list[tuple[Callable[[float, float], bool], float]]:
    """One comparison, or two that make a range; what is wrong is said in the order of reading."""
    terms = argument if isinstance(argument, list) else []
    sign = terms[0] if terms else "]"
    if not terms or not isinstance(sign, str):
        raise bad_policy(f"Invalid member in numeric match: {sign}")
    if sign not in _COMPARISONS:
        raise bad_policy(f"Unrecognized numeric range operator: {sign}")
    low = _bound("equals" if sign == "=" else sign, terms[1:2])
    if len(terms) == 2:
        return [_comparison(sign, low)]
    if sign not in (">", ">="):
        raise bad_policy("Too many elements in numeric expression")
    second = terms[2]
    if not isinstance(second, str):
        raise bad_policy(f"Bad value in numeric range: {second}")
    if second not in ("<", "<="):
        raise bad_policy(f"Bad numeric range operator: {second}")
    high = _bound(second, terms[3:4])
    if low >= high:
        raise bad_policy("Bottom must be less than top")
    if len(terms) > 4:
        raise bad_policy("Too many terms in numeric range expression")
    return [_comparison(sign, low), _comparison(second, high)]


def _bound(sign: str, terms: list[Any]) -> float:
    if not terms or not is_number(terms[0]):
        raise bad_policy(f"Value of {sign} must be numeric")
    _check_number(terms[0])
    bound: float = terms[0]
    return bound


def _comparison(sign: str, bound: float) -> tuple[Callable[[float, float], bool], float]:
    if sign == "=":
        scaled = _scaled(bound)
        return (lambda value, _: _scaled(value) == scaled), bound
    return _COMPARISONS[sign], bound


def _anything_but(argument: Any) -> Test:
    if isinstance(argument, dict):
        nested = _nested(argument)
        return lambda value: not nested(value)
    found = argument if isinstance(argument, list) else [argument]
    if not found or any(isinstance(each, dict | list) for each in found):
        raise bad_policy("anything-but list must be one or more strings or numbers")
    listed = equals_one_of(found)
    return lambda value: not listed(value)


def _nested(argument: dict[str, Any]) -> Test:
    """What may stand in an anything-but, as one test."""
    if len(argument) != 1 or not set(argument) <= {*TOGETHER, "wildcard"}:
        raise bad_policy(f"Unsupported anything-but pattern: {', '.join(argument)}")
    [(name, wanted)] = argument.items()
    texts = _texts(name, wanted)
    if name in TOGETHER:
        return TOGETHER[name](texts)
    tests = [_wildcard(text) for text in texts]
    return lambda value: any(test(value) for test in tests)


_OPERATORS: dict[str, Callable[[Any], Test]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "cidr": _cidr,
    "numeric": _numeric,
    "anything-but": _anything_but,
}
