"""The methods of lists and maps that a template may call: Java's.

Each takes the budget first: what goes through a list, or makes one longer, takes its steps and its
room before it does so.

https://docs.oracle.com/javase/8/docs/api/java/util/List.html and Map.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.java import JavaList, same, string_of

CollectionMethod = Callable[..., Any]
_ITEM_BYTES = 16
_ENTRY_BYTES = 400


def note_shared(budget: Budget, *values: Any) -> None:
    """Remember that a list or map is now held by another one."""
    if not budget.shared and any(isinstance(value, dict | list) for value in values):
        budget.shared = True


def _get(budget: Budget, items: list[Any], index: int) -> Any:
    if not 0 <= index < len(items):
        raise TemplateError(f"Index: {index}, Size: {len(items)}")
    return items[index]


def _add(budget: Budget, items: list[Any], first: Any, *second: Any) -> Any:
    note_shared(budget, first, *second)
    budget.make(_ITEM_BYTES)
    if second:
        # what lies behind moves up
        budget.spend(len(items) >> 8)
        items.insert(first, second[0])
        return None
    items.append(first)
    return True


def _set(budget: Budget, items: list[Any], index: int, value: Any) -> Any:
    note_shared(budget, value)
    old = _get(budget, items, index)
    items[index] = value
    return old


def _add_all(budget: Budget, items: list[Any], more: list[Any]) -> bool:
    budget.shared = True
    _copying(budget, more)
    items.extend(more)
    return bool(more)


def _copying(budget: Budget, items: Any) -> None:
    budget.spend(len(items) >> 4)
    budget.make(_ITEM_BYTES * len(items))


def _place(budget: Budget, items: Iterable[Any], wanted: Any) -> int:
    for at, item in enumerate(items):
        if same(item, wanted, budget):
            return at
    return -1


def _remove(budget: Budget, items: list[Any], what: Any) -> Any:
    budget.spend(len(items) >> 8)
    if isinstance(what, int) and not isinstance(what, bool):
        _get(budget, items, what)
        return items.pop(what)
    at = _place(budget, items, what)
    if at >= 0:
        del items[at]
    return at >= 0


def _sub_list(budget: Budget, items: list[Any], start: int, end: int) -> JavaList:
    if not 0 <= start <= end <= len(items):
        raise TemplateError(f"fromIndex: {start}, toIndex: {end}, Size: {len(items)}")
    found = JavaList(items[start:end])
    _copying(budget, found)
    return found


def _string(budget: Budget, value: Any) -> str:
    return string_of(value, budget)


def _equals(budget: Budget, value: Any, other: Any) -> bool:
    return same(value, other, budget)


LIST: dict[str, CollectionMethod] = {
    "size": lambda _, items: len(items),
    "isEmpty": lambda _, items: not items,
    "get": _get,
    "set": _set,
    "add": _add,
    "addAll": _add_all,
    "remove": _remove,
    "clear": lambda _, items: items.clear(),
    "contains": lambda budget, items, item: _place(budget, items, item) >= 0,
    "containsAll": lambda budget, items, more: all(
        _place(budget, items, item) >= 0 for item in more
    ),
    "indexOf": _place,
    "subList": _sub_list,
    "toString": _string,
    "equals": _equals,
    "iterator": lambda _, items: items,
}


class Entry(dict[str, Any]):
    """One entry of a map, as `entrySet()` gives it."""

    def __init__(self, key: Any, value: Any) -> None:
        super().__init__(key=key, value=value)


def _put(budget: Budget, mapping: dict[Any, Any], key: Any, value: Any) -> Any:
    note_shared(budget, value)
    budget.make(_ENTRY_BYTES)
    old = mapping.get(key)
    mapping[key] = value
    return old


def _put_if_absent(budget: Budget, mapping: dict[Any, Any], key: Any, value: Any) -> Any:
    old = mapping.get(key)
    if old is None:
        _put(budget, mapping, key, value)
    return old


def _put_all(budget: Budget, mapping: dict[Any, Any], more: dict[Any, Any]) -> None:
    budget.shared = True
    budget.spend(len(more) >> 2)
    budget.make(_ENTRY_BYTES * len(more))
    mapping.update(more)


def _key_set(budget: Budget, mapping: dict[Any, Any]) -> JavaList:
    _copying(budget, mapping)
    return JavaList(mapping)


def _values(budget: Budget, mapping: dict[Any, Any]) -> JavaList:
    _copying(budget, mapping)
    return JavaList(mapping.values())


def _entry_set(budget: Budget, mapping: dict[Any, Any]) -> JavaList:
    budget.spend(len(mapping))
    budget.make(_ENTRY_BYTES * len(mapping))
    return JavaList(Entry(key, value) for key, value in mapping.items())


MAP: dict[str, CollectionMethod] = {
    "size": lambda _, mapping: len(mapping),
    "isEmpty": lambda _, mapping: not mapping,
    "get": lambda _, mapping, key: mapping.get(key),
    "getOrDefault": lambda _, mapping, key, other: mapping.get(key, other),
    "put": _put,
    "putIfAbsent": _put_if_absent,
    "putAll": _put_all,
    "remove": lambda _, mapping, key: mapping.pop(key, None),
    "clear": lambda _, mapping: mapping.clear(),
    "containsKey": lambda _, mapping, key: key in mapping,
    "containsValue": lambda budget, mapping, value: _place(budget, mapping.values(), value) >= 0,
    "keySet": _key_set,
    "values": _values,
    "entrySet": _entry_set,
    "toString": _string,
    "equals": _equals,
}
