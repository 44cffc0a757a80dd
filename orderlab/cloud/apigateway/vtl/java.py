"""Values as Velocity sees them: Java's rendering, equality, arithmetic and truth.

A list that came out of JSON is a plain `list` and renders as JSON, as json-smart's arrays do; a
list written in a template is a `JavaList` and renders as `[a, b]`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any


class JavaList(list[Any]):
    """An ArrayList: `[1, 2]` when it is printed."""


def text(value: Any) -> str:
    """A value as it appears in the output; null leaves nothing."""
    if isinstance(value, str):
        return value
    return "" if value is None else string_of(value)


def string_of(value: Any) -> str:
    """Java's `String.valueOf`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{string_of(k)}={string_of(v)}" for k, v in value.items()) + "}"
    if isinstance(value, JavaList):
        return "[" + ", ".join(string_of(item) for item in value) + "]"
    if isinstance(value, list):
        return to_json(value)
    return str(value)


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


def to_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def truth(value: Any) -> bool:
    """Velocity 1: everything but false and null is true, the empty string and 0 as well."""
    return value is not None and value is not False


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """Numbers by value, equal classes by `equals`, all else by what they print as."""
    if left is None or right is None:
        return left is right
    if is_number(left) and is_number(right):
        return bool(left == right)
    if type(left) is type(right):
        return bool(left == right)
    return string_of(left) == string_of(right)


def compare(left: Any, right: Any, operator: Callable[[Any, Any], bool]) -> bool:
    """`<` and its kin know numbers only."""
    return is_number(left) and is_number(right) and operator(left, right)


def add(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return None if left is None or right is None else string_of(left) + string_of(right)
    return left + right if is_number(left) and is_number(right) else None


def subtract(left: Any, right: Any) -> Any:
    return left - right if is_number(left) and is_number(right) else None


def multiply(left: Any, right: Any) -> Any:
    return left * right if is_number(left) and is_number(right) else None


def divide(left: Any, right: Any) -> Any:
    """Whole numbers divide to a whole number, towards zero; by zero there is no result."""
    if not (is_number(left) and is_number(right)) or right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    return left / right


def remainder(left: Any, right: Any) -> Any:
    """The remainder takes the sign of the dividend."""
    if not (is_number(left) and is_number(right)) or right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    return math.fmod(left, right)
