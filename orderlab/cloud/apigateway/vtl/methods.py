"""The methods that a template may call on strings, lists, maps and numbers: Java's.

https://docs.oracle.com/javase/8/docs/api/java/lang/String.html and its neighbours
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.java import JavaList, string_of
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
    "lastIndexOf": lambda s, part: s.rfind(part),
    "substring": _substring,
    "charAt": _char_at,
    "toString": lambda s: s,
    "toLowerCase": lambda s: s.lower(),
    "toUpperCase": lambda s: s.upper(),
    "trim": lambda s: s.strip(),
    "strip": lambda s: s.strip(),
    "concat": lambda s, other: s + other,
    "repeat": lambda s, times: s * max(0, min(times, 10_000)),
    "replace": lambda s, old, new: s.replace(string_of(old), string_of(new)),
    "replaceAll": replace_all,
    "replaceFirst": replace_first,
    "matches": matches,
    "split": split,
    "hashCode": lambda s: _hash(s),
}  # fmt: skip


def _hash(value: str) -> int:
    total = 0
    for character in value:
        total = (31 * total + ord(character)) & 0xFFFFFFFF
    return total - (1 << 32) if total >= 1 << 31 else total


def _get(items: list[Any], index: int) -> Any:
    if not 0 <= index < len(items):
        raise TemplateError(f"Index: {index}, Size: {len(items)}")
    return items[index]


def _add(items: list[Any], first: Any, *second: Any) -> Any:
    if second:
        items.insert(first, second[0])
        return None
    items.append(first)
    return True


def _set(items: list[Any], index: int, value: Any) -> Any:
    old = _get(items, index)
    items[index] = value
    return old


def _remove(items: list[Any], what: Any) -> Any:
    if isinstance(what, int) and not isinstance(what, bool):
        _get(items, what)
        return items.pop(what)
    if what in items:
        items.remove(what)
        return True
    return False


def _add_all(items: list[Any], more: list[Any]) -> bool:
    items.extend(more)
    return bool(more)


LIST: dict[str, Method] = {
    "size": len,
    "isEmpty": lambda items: not items,
    "get": _get,
    "set": _set,
    "add": _add,
    "addAll": _add_all,
    "remove": _remove,
    "clear": lambda items: items.clear(),
    "contains": lambda items, item: item in items,
    "containsAll": lambda items, more: all(item in items for item in more),
    "indexOf": lambda items, item: items.index(item) if item in items else -1,
    "subList": lambda items, start, end: JavaList(items[start:end]),
    "toString": string_of,
    "equals": lambda items, other: items == other,
    "iterator": lambda items: items,
}


class Entry(dict[str, Any]):
    """One entry of a map, as `entrySet()` gives it."""

    def __init__(self, key: Any, value: Any) -> None:
        super().__init__(key=key, value=value)


def _put(mapping: dict[Any, Any], key: Any, value: Any) -> Any:
    old = mapping.get(key)
    mapping[key] = value
    return old


MAP: dict[str, Method] = {
    "size": len,
    "isEmpty": lambda mapping: not mapping,
    "get": lambda mapping, key: mapping.get(key),
    "getOrDefault": lambda mapping, key, other: mapping.get(key, other),
    "put": _put,
    "putIfAbsent": lambda mapping, key, value: mapping.setdefault(key, value),
    "putAll": lambda mapping, more: mapping.update(more),
    "remove": lambda mapping, key: mapping.pop(key, None),
    "clear": lambda mapping: mapping.clear(),
    "containsKey": lambda mapping, key: key in mapping,
    "containsValue": lambda mapping, value: value in mapping.values(),
    "keySet": lambda mapping: JavaList(mapping),
    "values": lambda mapping: JavaList(mapping.values()),
    "entrySet": lambda mapping: JavaList(Entry(k, v) for k, v in mapping.items()),
    "toString": string_of,
    "equals": lambda mapping, other: mapping == other,
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


def methods_of(value: Any) -> dict[str, Method]:
    """The methods of a value's Java class."""
    if isinstance(value, str):
        return STRING
    if isinstance(value, Entry):
        return ENTRY
    if isinstance(value, dict):
        return MAP
    if isinstance(value, list):
        return LIST
    if isinstance(value, bool):
        return BOOLEAN
    return NUMBER if isinstance(value, int | float) else {}


def call(value: Any, name: str, arguments: list[Any]) -> Any:
    """Call a method; null where there is none of that name, as Velocity has it.

    Raises TemplateError where Java would throw, which fails the request.
    """
    if value is None:
        return None
    if not isinstance(value, str | dict | list | int | float):
        method = getattr(value, "vtl_methods", {}).get(name)
    else:
        method = methods_of(value).get(name)
        if method is not None:
            arguments = [value, *arguments]
    if method is None:
        return None
    try:
        return method(*arguments)
    except (TypeError, ValueError, IndexError, AttributeError, KeyError) as error:
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
