"""A shape of AWS's model, made into a function that checks values of it.

Attribute values are left out: `attribute_values` checks them where they are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.dynamodb.attribute_values import not_expected
from orderlab.cloud.dynamodb.errors import SerializationException
from orderlab.cloud.dynamodb.shown_values import cut, shown
from orderlab.cloud.dynamodb.table_names import NAME, ODD, TOO_LONG, TOO_SHORT, broken_rules

# checks a value at a path, adds what is wrong to the list, raises for a wrong JSON type
Check = Callable[[Any, str, list[str]], None]
# what these hold is checked by the code that uses it
_OPAQUE = frozenset({"AttributeValue", "AttributeMap", "Key", "PutItemInputAttributeMap"})
_NAMES = ("TableArn", "TableName")
_MAP_KEYS = f"Map keys must satisfy constraint: [{TOO_LONG}, {TOO_SHORT}, {ODD}]"
# messages list some enumerations in an order of their own
_LISTED = {
    "ComparisonOperator": "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, "
    "BEGINS_WITH, GE, CONTAINS",
    "ConditionalOperator": "OR, AND",
    "ReturnValue": "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW",
    "ScalarAttributeType": "B, N, S",
    "Select": "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES",
}
# elements of a list that AWS's model gives no limit
MOST_ELEMENTS = 1000
# names of attributes, of which no expression could use so many; `request` refuses them all
MOST_TEXTS = 10_000
# faults after which the rest of a request is not looked at
MOST_FAULTS = 100


def check_of(name: str, shapes: dict[str, Any], known: dict[str, Check]) -> Check:
    """The check of a shape. `known` breaks the circle of shapes that contain themselves."""
    if name in known:
        return known[name]
    if name in _OPAQUE:
        return _any_object
    made: list[Check] = []
    known[name] = lambda value, path, faults: made[0](value, path, faults)
    maker = _table_name if name in _NAMES else _MAKERS.get(shapes[name]["type"])
    made.append(maker(name, shapes, known) if maker else lambda value, path, faults: None)
    known[name] = made[0]
    return made[0]


def _any_object(value: Any, path: str, faults: list[str]) -> None:
    if type(value) is not dict:
        raise not_expected(value, "Map")


def _structure(name: str, shapes: dict[str, Any], known: dict[str, Check]) -> Check:
    shape = shapes[name]
    members = {
        name: (check_of(member["shape"], shapes, known), name[0].lower() + name[1:])
        for name, member in shape.get("members", {}).items()
    }
    required = tuple(shape.get("required", ()))

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not dict:
            raise not_expected(value, "Structure")
        if path:
            path += "."
        if None in value.values():
            for name in [name for name, content in value.items() if content is None]:
                del value[name]
        for name in required:
            if name not in value:
                faults.append(_fault(None, path + members[name][1], "Member must not be null"))
        for name, content in value.items():
            member = members.get(name)
            if member is not None:
                member[0](content, path + member[1], faults)

    return check


def _list(name: str, shapes: dict[str, Any], known: dict[str, Check]) -> Check:
    length = _length_rule(name, shapes, MOST_ELEMENTS)
    elements = _elements(name, shapes, known)

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is list:
            before = len(faults)
            length(value, path, faults)
            if len(faults) > before:
                return
        elements(value, path, faults)

    return check


def _elements(name: str, shapes: dict[str, Any], known: dict[str, Check]) -> Check:
    element = check_of(shapes[name]["member"]["shape"], shapes, known)

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not list:
            raise not_expected(value, "List")
        for number, content in enumerate(value, 1):
            if len(faults) > MOST_FAULTS:
                break
            if content is None:
                raise SerializationException("A list may not hold null")
            element(content, f"{path}.{number}.member", faults)

    return check


def _map(name: str, shapes: dict[str, Any], known: dict[str, Check]) -> Check:
    shape, kind = shapes[name], shapes[name]["value"]["shape"]
    length = _length_rule(name, shapes)
    keys_are_names = shape["key"]["shape"] in _NAMES
    bounds = _bounds(shapes[kind]) if keys_are_names and kind == "WriteRequests" else None
    # a map tells of lists in it that are too long, they do not do so themselves
    element = (_elements if bounds else check_of)(kind, shapes, known)
    # most maps hold texts, most texts are fine, and there may be very many of them
    plain = shapes[kind]["type"] == "string" and not shapes[kind].keys() & {"enum", "pattern"}
    fits = _bounds(shapes[kind]).fit

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not dict:
            raise not_expected(value, "Map")
        length(value, path, faults)
        if plain and len(value) > MOST_TEXTS:
            return
        for key, content in value.items():
            if plain and type(content) is str and fits(content):
                continue
            if len(faults) > MOST_FAULTS:
                break
            if keys_are_names and broken_rules(key):
                faults.append(_fault(shown(value, name, shapes), path, _MAP_KEYS))
            if bounds and type(content) is list and not bounds.fit(content):
                rule = f"Map value must satisfy constraint: [{', '.join(bounds.rules)}]"
                faults.append(_fault(shown(value, name, shapes), path, rule))
            element(content, f"{path}.{cut(key)}.member", faults)

    return check


@dataclass(frozen=True)
class _Bounds:
    """The lengths that a value may have."""

    least: int | None
    most: int | None

    @property
    def rules(self) -> list[str]:
        return [
            f"Member must have length {'less' if bound is self.most else 'greater'} than or equal "
            f"to {bound}"
            for bound in (self.most, self.least)
            if bound is not None
        ]

    def fit(self, value: Any) -> bool:
        size = len(value)
        return (self.most is None or size <= self.most) and (
            self.least is None or size >= self.least
        )


def _bounds(shape: dict[str, Any]) -> _Bounds:
    return _Bounds(shape.get("min"), shape.get("max"))


def _length_rule(name: str, shapes: dict[str, Any], unless_told: int | None = None) -> Check:
    least, most = shapes[name].get("min"), shapes[name].get("max", unless_told)

    def check(value: Any, path: str, faults: list[str]) -> None:
        if most is not None and len(value) > most:
            rule = f"Member must have length less than or equal to {most}"
            faults.append(_fault(shown(value, name, shapes), path, rule))
        if least is not None and len(value) < least:
            rule = f"Member must have length greater than or equal to {least}"
            faults.append(_fault(shown(value, name, shapes), path, rule))

    return check


def _string(name: str, shapes: dict[str, Any], _: dict[str, Check]) -> Check:
    shape = shapes[name]
    length = _length_rule(name, shapes) if "min" in shape or "max" in shape else None
    choices = frozenset(shape.get("enum", ()))
    listed = _LISTED.get(name, ", ".join(shape.get("enum", ())))
    pattern = re.compile(shape["pattern"]) if "pattern" in shape else None

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not str:
            raise not_expected(value)
        if choices and value not in choices:
            rule = f"Member must satisfy enum value set: [{listed}]"
            faults.append(_fault(shown(value, name, shapes), path, rule))
        if pattern is not None and not pattern.fullmatch(value):
            rule = f"Member must satisfy regular expression pattern: {pattern.pattern}"
            faults.append(_fault(shown(value, name, shapes), path, rule))
        if length is not None:
            length(value, path, faults)

    return check


def _table_name(name: str, shapes: dict[str, Any], _: dict[str, Check]) -> Check:
    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not str:
            raise not_expected(value)
        if not NAME.fullmatch(value):
            broken = broken_rules(value)
            faults += [_fault(shown(value, name, shapes), path, rule) for rule in broken]

    return check


def _integer(name: str, shapes: dict[str, Any], _: dict[str, Check]) -> Check:
    shape = shapes[name]
    least, most = shape.get("min"), shape.get("max")
    wanted = "Long" if shape["type"] == "long" else "Integer"

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not int:
            raise not_expected(value, wanted)
        if most is not None and value > most:
            rule = f"Member must have value less than or equal to {most}"
            faults.append(_fault(str(value), path, rule))
        if least is not None and value < least:
            rule = f"Member must have value greater than or equal to {least}"
            faults.append(_fault(str(value), path, rule))

    return check


def _boolean(_: str, __: dict[str, Any], ___: dict[str, Check]) -> Check:
    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not bool:
            raise not_expected(value, "Boolean")

    return check


def _number(_: str, __: dict[str, Any], ___: dict[str, Check]) -> Check:
    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) not in (int, float):
            raise not_expected(value, "Double")

    return check


def _fault(text: str | None, path: str, rule: str) -> str:
    value = "null" if text is None else f"'{text}'"
    return f"Value {value} at '{path}' failed to satisfy constraint: {rule}"


_MAKERS: dict[str, Callable[[str, dict[str, Any], dict[str, Check]], Check]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "boolean": _boolean,
    "double": _number,
    "float": _number,
    "timestamp": _number,
}
