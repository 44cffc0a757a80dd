"""Updates that run: a plan applied to an item.

Every value is worked out from the item as it was before the update; only then is it changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb import numbers
from orderlab.cloud.dynamodb.attribute_values import Item, Value
from orderlab.cloud.dynamodb.expressions.paths import Path, value_at
from orderlab.cloud.dynamodb.expressions.tree import Attribute, Given
from orderlab.cloud.dynamodb.expressions.update_parser import (
    IfNotExists,
    ListAppend,
    SetValue,
    Sum,
    UpdatePlan,
)
from orderlab.cloud.dynamodb.schema import key_part

GivenValues = Mapping[str, Value]

# no item holds more values than it has bytes
MAX_VALUES = 400 * 1024


class UpdateTooLarge(ValidationException):
    """The update would make the item larger than 400 KB."""

    def __init__(self) -> None:
        super().__init__("Item size to update has exceeded the maximum allowed size")


def apply_update(plan: UpdatePlan, item: Item, values: GivenValues) -> None:
    """Change the item in place; ValidationException where its attributes do not allow it.

    Raises UpdateTooLarge before more is copied than an item can hold: an expression of 4 KB may
    name the same long list hundreds of times.
    """
    copies = _Copies()
    worked_out: list[tuple[Path, Value | None]] = [
        *((path, copies.of(evaluate(value, item, values))) for path, value in plan.sets),
        *((path, copies.sum_of(value_at(item, path), values[v.name])) for path, v in plan.adds),
    ]
    for path, given in plan.deletes:
        before = value_at(item, path)
        if before is not None:
            worked_out.append((path, copies.rest_of(before, values[given.name])))
    removed = list(plan.removes)
    # elements that are set beyond the end of a list are appended in the order of their indexes
    for path, value in sorted(worked_out, key=_list_order):
        if value is None:
            removed.append(path)
        else:
            _put(item, path, value)
    _remove_all(item, removed)


def _list_order(entry: tuple[Path, Any]) -> int:
    """By the index into a list at a path's end; other paths keep their order."""
    last = entry[0][-1]
    return last if isinstance(last, int) else -1


class _Copies:
    """Copies that share nothing that a later step of the update could change."""

    def __init__(self) -> None:
        self._made = 0
        self._sets: dict[int, frozenset[str]] = {}

    def of(self, value: Value) -> Value:
        kind, content = next(iter(value.items()))
        if kind not in ("L", "M", "SS", "NS", "BS"):
            return {kind: content}
        self._count(len(content))
        if kind == "L":
            return {"L": [self.of(element) for element in content]}
        if kind == "M":
            return {"M": {name: self.of(element) for name, element in content.items()}}
        return {kind: content}

    def sum_of(self, before: Value | None, given: Value) -> Value:
        """What ADD makes of a number or of a set."""
        kind, content = next(iter(given.items()))
        if before is None:
            return self.of(given)
        if kind not in before:
            raise _wrong_type()
        if kind == "N":
            return {"N": numbers.add(before["N"], content)}
        self._count(max(len(before[kind]), len(content)))
        return {kind: _in_order(kind, {*before[kind], *content})}

    def rest_of(self, before: Value, given: Value) -> Value | None:
        """What DELETE leaves of a set; None if that is nothing."""
        kind, content = next(iter(given.items()))
        if kind not in before:
            raise _wrong_type()
        # the same long set may be taken out of hundreds of others
        gone = self._sets.get(id(given))
        if gone is None:
            gone = self._sets[id(given)] = frozenset(content)
        left = [element for element in before[kind] if element not in gone]
        return {kind: left} if left else None

    def _count(self, number: int) -> None:
        self._made += number
        if self._made > MAX_VALUES:
            raise UpdateTooLarge


def evaluate(value: SetValue, item: Item, values: GivenValues) -> Value:
    """The value that a SET gives. Raises ValidationException if the item lacks what it needs."""
    if isinstance(value, Given):
        return values[value.name]
    if isinstance(value, Attribute):
        found = value_at(item, value.path)
        if found is None:
            raise ValidationException(
                "The provided expression refers to an attribute that does not exist in the item"
            )
        return found
    if isinstance(value, IfNotExists):
        found = value_at(item, value.path)
        return found if found is not None else evaluate(value.otherwise, item, values)
    if isinstance(value, ListAppend):
        first, second = evaluate(value.first, item, values), evaluate(value.second, item, values)
        _require("L", first, second)
        if len(first["L"]) + len(second["L"]) > MAX_VALUES:
            raise UpdateTooLarge
        return {"L": [*first["L"], *second["L"]]}
    return _sum(value, item, values)


def _sum(value: Sum, item: Item, values: GivenValues) -> Value:
    left, right = evaluate(value.left, item, values), evaluate(value.right, item, values)
    _require("N", left, right)
    compute = numbers.add if value.operator == "+" else numbers.subtract
    return {"N": compute(left["N"], right["N"])}


def _require(kind: str, *operands: Value) -> None:
    if any(kind not in operand for operand in operands):
        raise _wrong_type()


def _wrong_type() -> ValidationException:
    return ValidationException("An operand in the update expression has an incorrect data type")


def _parent(item: Item, path: Path) -> Any:
    """The dict or list that holds a path's last part."""
    if len(path) == 1:
        return item
    above = value_at(item, path[:-1])
    kind = "M" if isinstance(path[-1], str) else "L"
    if above is None or kind not in above:
        raise ValidationException(
            "The document path provided in the update expression is invalid for update"
        )
    return above[kind]


def _put(item: Item, path: Path, value: Value) -> None:
    parent, last = _parent(item, path), path[-1]
    if isinstance(last, int) and last >= len(parent):
        parent.append(value)
    else:
        parent[last] = value


def _remove_all(item: Item, paths: list[Path]) -> None:
    """Indexes mean the list as it was: all parents are found first, high indexes go first."""
    holders = [(_parent(item, path), path[-1]) for path in paths]
    for parent, last in holders:
        if isinstance(last, str):
            parent.pop(last, None)
    indexed = [(parent, last) for parent, last in holders if isinstance(last, int)]
    for parent, last in sorted(indexed, key=lambda holder: -holder[1]):
        if last < len(parent):
            del parent[last]


def _in_order(kind: str, elements: set[str]) -> list[str]:
    return sorted(elements, key=lambda element: key_part({kind[0]: element}))
