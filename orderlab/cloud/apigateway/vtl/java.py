"""Values as Velocity sees them: Java's rendering, equality, arithmetic and truth.

A list that came out of JSON is a plain `list` and renders as JSON, as json-smart's arrays do; a
list written in a template is a `JavaList` and renders as `[a, b]`.

What a template builds may hold the same list in many places, or in itself, so that all that follows
lists and maps takes its steps from a budget.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from orderlab.cloud.apigateway.budget import Budget, BudgetSpent

# the most bits of a whole number in a template, so that products cannot grow without limit
_MAX_BITS = 4096


class JavaList(list[Any]):
    """An ArrayList: `[1, 2]` when it is printed."""


def text(value: Any, budget: Budget | None = None) -> str:
    """A value as it appears in the output; null leaves nothing."""
    if isinstance(value, str):
        return value
    return "" if value is None else string_of(value, budget)


def string_of(value: Any, budget: Budget | None = None) -> str:
    """A value as Java's `String.valueOf` prints it."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double(value)
    if isinstance(value, dict):
        budget = budget or Budget()
        entries = (f"{string_of(k, budget)}={string_of(v, budget)}" for k, v in value.items())
        return "{" + _joined(entries, len(value), budget) + "}"
    if isinstance(value, JavaList):
        budget = budget or Budget()
        return "[" + _joined((string_of(item, budget) for item in value), len(value), budget) + "]"
    if isinstance(value, list):
        return to_json(value, budget)
    return str(value)


def _joined(parts: Iterable[str], count: int, budget: Budget) -> str:
    budget.spend(3 * count + 1)
    found = []
    for part in parts:
        budget.make_text(len(part) + 2)
        found.append(part)
    return ", ".join(found)


def double(value: float) -> str:
    """Java's `Double.toString`: plain from 0.001 to ten million, else with an exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    shown = "".join(map(str, digits))
    power = len(digits) - 1 + exponent
    return f"{'-' if sign else ''}{shown[0]}.{shown[1:] or '0'}E{power}"


_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def to_json(value: Any, budget: Budget | None = None) -> str:
    """A value as JSON, in one line and without spaces."""
    if budget is None:
        return _encode(value)
    if budget.shared:
        _walk(value, budget)
    written = _encode(value)
    if len(written) > 1000:
        # the encoder writes some 50 characters in the time of a step
        budget.spend(len(written) >> 5)
        budget.make_text(len(written))
    return written


def _walk(value: Any, budget: Budget) -> None:
    """Take a step for each value that would be written."""
    budget.spend(1)
    if isinstance(value, dict):
        for each in value.values():
            _walk(each, budget)
    elif isinstance(value, list):
        for each in value:
            _walk(each, budget)
    elif isinstance(value, str):
        budget.make(len(value))


def truth(value: Any) -> bool:
    """Velocity 1: everything but false and null is true, the empty string and 0 as well."""
    return value is not None and value is not False


def is_number(value: Any) -> bool:
    """Whether a value is one of Java's numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Any, right: Any, budget: Budget) -> bool:
    """Numbers by value, equal classes by `equals`, all else by what they print as.

    Null prints as nothing, so that it equals the empty text as well as null.
    """
    if left is None or right is None:
        other = right if left is None else left
        return other is None or other == ""
    if is_number(left) and is_number(right):
        return bool(left == right)
    if isinstance(left, dict | list) and isinstance(right, dict | list):
        return same(left, right, budget)
    if type(left) is type(right):
        return bool(left == right)
    return string_of(left, budget) == string_of(right, budget)


def not_equal(left: Any, right: Any, budget: Budget) -> bool:
    """`!=`, which is true wherever `==` is false."""
    return not equal(left, right, budget)


def same(left: Any, right: Any, budget: Budget) -> bool:
    """Java's `equals`, item by item."""
    budget.spend(3)
    if isinstance(left, list):
        return (
            isinstance(right, list)
            and len(left) == len(right)
            and all(same(a, b, budget) for a, b in zip(left, right, strict=True))
        )
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and left.keys() == right.keys()
            and all(same(value, right[key], budget) for key, value in left.items())
        )
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def compare(left: Any, right: Any, operator: Callable[[Any, Any], bool]) -> bool:
    """`<`, `<=`, `>` and `>=`, which compare numbers only; false for all else."""
    return is_number(left) and is_number(right) and operator(left, right)


def add(left: Any, right: Any, budget: Budget) -> Any:
    """`+`: the sum of two numbers; if one side is a text, both as texts. Null for all else."""
    if isinstance(left, str) or isinstance(right, str):
        if left is None or right is None:
            return None
        first, second = string_of(left, budget), string_of(right, budget)
        budget.make_text(len(first) + len(second))
        return first + second
    return _bounded(left + right) if is_number(left) and is_number(right) else None


def subtract(left: Any, right: Any, budget: Budget) -> Any:
    """`-`; null unless both are numbers."""
    return _bounded(left - right) if is_number(left) and is_number(right) else None


def multiply(left: Any, right: Any, budget: Budget) -> Any:
    """`*`; null unless both are numbers."""
    return _bounded(left * right) if is_number(left) and is_number(right) else None


def _bounded(number: Any) -> Any:
    if isinstance(number, int) and number.bit_length() > _MAX_BITS:
        raise BudgetSpent
    return number


def divide(left: Any, right: Any, budget: Budget) -> Any:
    """`/`: whole numbers divide to a whole number, towards zero; null for a division by zero."""
    if not (is_number(left) and is_number(right)) or right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    return left / right


def remainder(left: Any, right: Any, budget: Budget) -> Any:
    """The remainder takes the sign of the dividend."""
    if not (is_number(left) and is_number(right)) or right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    return math.fmod(left, right)
