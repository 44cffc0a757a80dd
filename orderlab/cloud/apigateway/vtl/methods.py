"""The methods that a template may call on strings, lists, maps and numbers: Java's.

https://docs.oracle.com/javase/8/docs/api/java/lang/String.html and its neighbours
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.vtl.containers import LIST, MAP, Entry
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.java import string_of
from orderlab.cloud.apigateway.vtl.regular_expressions import (
    matches,
    replace_all,
    replace_first,
    split,
)


def _substring(value: str, start: int, end: int | None = None) -> str:
    stop = len(value) if end is None else end
    if not 0 <= start <= stop <= len(value):
        raise TemplateError(f"String index out of range: {start}, {stop}")
    return value[start:stop]


def _char_at(value: str, index: int) -> str:
    return _substring(value, index, index + 1)


def _last_index(value: str, part: str) -> int:
    # Python looks forward in linear time, but not backward
    at = value[::-1].find(part[::-1])
    return -1 if at < 0 else len(value) - at - len(part)


def _compare(left: str, right: str) -> int:
    return (left > right) - (left < right)


Method = Callable[..., Any]

STRING: dict[str, Method] = {
    "length": len,
    "isEmpty": lambda s: not s,
    "isBlank": lambda s: not s.strip(),
    "contains": lambda s, part: string_of(part) in s,
    "startsWith": lambda s, prefix, at=0: s.startswith(prefix, at),
    "endsWith": lambda s, suffix: s.endswith(suffix),
    "equals": lambda s, other: isinstance(other, str) and s == other,
    "equalsIgnoreCase": lambda s, other: isinstance(other, str) and s.lower() == other.lower(),
    "compareTo": _compare,
    "compareToIgnoreCase": lambda s, other: _compare(s.lower(), other.lower()),
    "indexOf": lambda s, part, at=0: s.find(part, at),
    "lastIndexOf": _last_index,
    "substring": _substring,
    "charAt": _char_at,
    "toString": lambda s: s,
    "toLowerCase": lambda s: s.lower(),
    "toUpperCase": lambda s: s.upper(),
    "trim": lambda s: s.strip(),
    "strip": lambda s: s.strip(),
    "concat": lambda s, other: s + other,
    "replaceAll": replace_all,
    "replaceFirst": replace_first,
    "matches": matches,
    "split": split,
}  # fmt: skip


def _hash(value: str) -> int:
    total = 0
    for character in value:
        total = (31 * total + ord(character)) & 0xFFFFFFFF
    return total - (1 << 32) if total >= 1 << 31 else total


def _repeat(budget: Budget, text: str, times: int) -> str:
    budget.make_text(len(text) * max(0, times))
    return text * times


def _replace_text(budget: Budget, text: str, old: Any, new: Any) -> str:
    old, new = string_of(old, budget), string_of(new, budget)
    budget.make_text(len(text) + text.count(old) * max(0, len(new) - len(old)))
    return text.replace(old, new)


def _hash_code(budget: Budget, text: str) -> int:
    budget.spend(len(text) >> 1)
    return _hash(text)


# methods whose work or result is not measured by the text that they are called on
COSTLY_STRING: dict[str, Method] = {
    "repeat": _repeat,
    "replace": _replace_text,
    "hashCode": _hash_code,
}


ENTRY: dict[str, Method] = {
    "getKey": lambda entry: entry["key"],
    "getValue": lambda entry: entry["value"],
    "toString": lambda entry: f"{string_of(entry['key'])}={string_of(entry['value'])}",
}
NUMBER: dict[str, Method] = {
    "toString": string_of,
    "intValue": lambda number: int(number),
    "longValue": lambda number: int(number),
    "doubleValue": lambda number: float(number),
    "equals": lambda number, other: type(number) is type(other) and number == other,
    "compareTo": lambda number, other: (number > other) - (number < other),
    # static methods that templates reach through a number: $int.parseInt("5")
    "parseInt": lambda _, digits: int(digits),
    "valueOf": lambda _, digits: int(digits),
    "parseDouble": lambda _, digits: float(digits),
}
BOOLEAN: dict[str, Method] = {
    "toString": string_of,
    "booleanValue": lambda value: value,
    "equals": lambda value, other: value is other,
}


def _of_string(text: str, name: str, arguments: list[Any], budget: Budget) -> Any:
    """A method of a text. Python goes through some hundred characters in the time of a step."""
    budget.steps -= len(text) >> 6
    costly = COSTLY_STRING.get(name)
    if costly is not None:
        return costly(budget, text, *arguments)
    method = STRING.get(name)
    if method is None:
        return None
    result = method(text, *arguments)
    if isinstance(result, str):
        budget.make_text(len(result))
    elif isinstance(result, list):
        budget.make(60 * len(result))
    return result


def _of_object(value: Any, name: str, arguments: list[Any], budget: Budget) -> Any:
    """A method of `$input` or `$util`, which escape, encode or read the texts they are given.

    It takes the budget first.
    """
    method = getattr(value, "vtl_methods", {}).get(name)
    if method is None:
        return None
    for at, each in enumerate(arguments):
        if isinstance(each, dict | list):
            each = arguments[at] = string_of(each, budget)
        if isinstance(each, str):
            budget.steps -= len(each) >> 4
    budget.spend(1)
    result = method(budget, *arguments)
    if isinstance(result, str) and len(result) > 1000:
        budget.make_text(len(result))
    return result


def _of_scalar(value: Any, name: str, arguments: list[Any], budget: Budget) -> Any:
    method = (BOOLEAN if isinstance(value, bool) else NUMBER).get(name)
    return None if method is None else method(value, *arguments)


def _of_collection(value: Any, name: str, arguments: list[Any], budget: Budget) -> Any:
    if isinstance(value, Entry):
        method = ENTRY.get(name)
        return None if method is None else method(value, *arguments)
    costly = (MAP if isinstance(value, dict) else LIST).get(name)
    return None if costly is None else costly(budget, value, *arguments)


def call(value: Any, name: str, arguments: list[Any], budget: Budget) -> Any:
    """Call a method; null where there is none of that name, as Velocity has it.

    Raises TemplateError where Java would throw, which fails the request.
    """
    if value is None:
        return None
    of: Callable[[Any, str, list[Any], Budget], Any]
    if isinstance(value, str):
        of = _of_string
    elif isinstance(value, dict | list):
        of = _of_collection
    else:
        of = _of_scalar if isinstance(value, int | float) else _of_object
    try:
        return of(value, name, arguments, budget)
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise TemplateError(f"{name}(): {error}") from None


def member(value: Any, name: str) -> Any:
    """`$value.name`: a map's entry, or what a getter `getName()` or `isName()` would give."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        return None if name not in ("empty",) else not value
    if name == "empty" and isinstance(value, str | list):
        return not value
    if value is None or isinstance(value, str | list | int | float):
        return None
    members = getattr(value, "vtl_members", None)
    return None if members is None else members().get(name)


def item(value: Any, key: Any) -> Any:
    """`$value[key]`: null where there is nothing there."""
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return None
