"""The functions of Insights expressions, and how its values compare.

Values are texts, numbers, booleans or None, where a field is missing.
"""

from __future__ import annotations

import json
import math
import operator
import re
import time
from collections.abc import Callable
from typing import Any

Value = Any

# characters of a text that functions make
MAX_TEXT = 1024 * 1024
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


_ARITHMETIC: dict[str, Callable[[float, float], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
    "^": operator.pow,
}


def number(value: Value) -> float | None:
    """A value as a number, if it is one."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def text(value: Value) -> str | None:
    """A value as text; None for no value."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return shown_number(value)
    if isinstance(value, dict | list):
        return _json_text(value)
    return str(value)


def _json_text(value: Value) -> str | None:
    try:
        return json.dumps(value)
    except RecursionError:
        return None


def shown_number(value: float) -> str:
    """At most ten significant digits after the point, and no point behind a whole number."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10f}".rstrip("0").rstrip(".")


def truth(value: Value) -> bool:
    """Whether a value counts as true: a number other than 0, or a text that is not empty."""
    found = number(value)
    return found != 0 if found is not None else bool(value)


def milliseconds(duration: str) -> int:
    """`5m` in milliseconds."""
    match = re.fullmatch(r"([\d.]+)(ms|s|m|h|d|w)", duration)
    assert match is not None
    return int(float(match[1]) * _UNITS[match[2]])


def equal(left: Value, right: Value) -> bool:
    """Whether two values are the same, as numbers if both are."""
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return a == b
    return left is not None and right is not None and text(left) == text(right)


def compare(sign: str, left: Value, right: Value) -> bool:
    """The comparison, of numbers if both are, else of texts. Nothing is above or below no value."""
    if sign in ("=", "=="):
        return equal(left, right)
    if sign == "!=":
        return not equal(left, right)
    a, b = number(left), number(right)
    pair: tuple[Any, Any] = (a, b)
    if a is None or b is None:
        if left is None or right is None:
            return False
        pair = (text(left), text(right))
    orders = {"<": pair[0] < pair[1], "<=": pair[0] <= pair[1], ">": pair[0] > pair[1]}
    return bool(orders.get(sign, pair[0] >= pair[1]))


def arithmetic(sign: str, left: Value, right: Value) -> float | None:
    """The result; None if an operand or the result is not a number."""
    a, b = number(left), number(right)
    if a is None or b is None:
        return None
    try:
        result = _ARITHMETIC[sign](a, b)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    return result if isinstance(result, float) and math.isfinite(result) else None


def _on_text(function: Callable[..., Value]) -> Callable[..., Value]:
    """A function that gives nothing for a missing value."""

    def apply(first: Value, *rest: Value) -> Value:
        found = text(first)
        return None if found is None else function(found, *(text(each) or "" for each in rest))

    return apply


def _on_number(function: Callable[..., Value]) -> Callable[..., Value]:
    def apply(*values: Value) -> Value:
        numbers = [found for each in values if (found := number(each)) is not None]
        if len(numbers) < len(values) or not numbers:
            return None
        try:
            return float(function(*numbers))
        except (ValueError, OverflowError, ZeroDivisionError):
            return None

    return apply


def _substring(found: str, start: str, length: str = "") -> str:
    first = int(float(start))
    return found[first : first + int(float(length))] if length else found[first:]


def _strip(function: Callable[[str, str | None], str]) -> Callable[..., str]:
    return lambda found, characters=None: function(found, characters)


def _json(found: str) -> Value:
    try:
        return json.loads(found)
    except (ValueError, RecursionError):
        return None


def _concat(*values: Value) -> str:
    parts = [text(value) or "" for value in values]
    _require_length(sum(map(len, parts)))
    return "".join(parts)


def _replace(found: str, old: str, new: str) -> str:
    _require_length(len(found) + found.count(old) * (len(new) - len(old)))
    return found.replace(old, new)


def _require_length(length: int) -> None:
    """Raise ValueError for a text that is longer than a log event can be."""
    if length > MAX_TEXT:
        raise ValueError("the text is too long")


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "abs": _on_number(abs),
    "ceil": _on_number(math.ceil),
    "floor": _on_number(math.floor),
    "greatest": _on_number(lambda *values: max(values)),
    "least": _on_number(lambda *values: min(values)),
    "log": _on_number(math.log),
    "sqrt": _on_number(math.sqrt),
    "isempty": lambda value: value is None or value == "",
    "isblank": lambda value: value is None or not str(value).strip(),
    "ispresent": lambda value: value is not None,
    "coalesce": lambda *values: next((value for value in values if value is not None), None),
    "concat": _concat,
    "strlen": _on_text(lambda found: float(len(found))),
    "tolower": _on_text(str.lower),
    "toupper": _on_text(str.upper),
    "trim": _on_text(_strip(str.strip)),
    "ltrim": _on_text(_strip(str.lstrip)),
    "rtrim": _on_text(_strip(str.rstrip)),
    "substr": _on_text(_substring),
    "replace": _on_text(_replace),
    "strcontains": _on_text(lambda found, part: float(part in found)),
    "jsonparse": _on_text(_json),
    "tomillis": _on_number(lambda value: value),
    "frommillis": _on_number(lambda value: value),
    "now": lambda: float(int(time.time())),
}
