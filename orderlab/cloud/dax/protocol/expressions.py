"""Expressions: clients send them parsed, as lists with a number for each operator.

They are written out again as text, with the placeholders that the client sends along, so that
DynamoDB reads them as it reads everybody's.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from orderlab.cloud.dax.protocol import attribute_values, cbor
from orderlab.cloud.dax.protocol.attribute_values import Value
from orderlab.cloud.dax.protocol.cbor import BadCbor, Position

# attribute names, and positions in lists
Path = tuple[str | int, ...]
_FORMAT = 1
_COMPARISONS = {0: "=", 1: "<>", 2: "<", 3: ">=", 4: ">", 5: "<="}
_AND, _OR, _NOT, _BETWEEN, _IN = 6, 7, 8, 9, 10
_FUNCTIONS = {
    11: "attribute_exists",
    12: "attribute_not_exists",
    13: "attribute_type",
    14: "begins_with",
    15: "contains",
    16: "size",
    23: "if_not_exists",
    24: "list_append",
}
_VALUE, _PATH = 17, 18
_SECTIONS = {19: "SET", 20: "ADD", 21: "DELETE", 22: "REMOVE"}
_SUMS = {25: "+", 26: "-"}
_LOOSE = (_AND, _OR)
# names that may stand in an expression as they are
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


class Placeholders:
    """The names and values of one request, and what stands for them in its expressions.

    `names` and `values` are the client's own. Without its names, none is written out plainly, since
    nobody can tell whether the client did so.
    """

    def __init__(self, names: Any = None, values: Any = None) -> None:
        self._plain = names is not None
        self._names: dict[str, str] = {}
        self._values: dict[str, tuple[str, Value]] = {}
        self._used_names: dict[str, str] = {}
        self._used_values: dict[str, Value] = {}
        for short, name in _pairs(names):
            self._names[_text(name)] = _text(short)
        for short, read in _pairs(values):
            value = attribute_values.value_of(read)
            self._values[repr(value)] = (_text(short), value)

    def name(self, name: str) -> str:
        """What stands for an attribute's name."""
        short = self._names.get(name)
        if short is None:
            if self._plain and _PLAIN.fullmatch(name):
                return name
            short = self._names[name] = f"#dax{len(self._names)}"
        self._used_names[short] = name
        return short

    def value(self, value: Value) -> str:
        """What stands for a value."""
        key = repr(value)
        if key not in self._values:
            self._values[key] = (f":dax{len(self._values)}", value)
        short, _ = self._values[key]
        self._used_values[short] = value
        return short

    def parameters(self) -> dict[str, Any]:
        """ExpressionAttributeNames and ExpressionAttributeValues, where there are any."""
        found: dict[str, Any] = {}
        if self._used_names:
            found["ExpressionAttributeNames"] = self._used_names
        if self._used_values:
            found["ExpressionAttributeValues"] = self._used_values
        return found


def _pairs(given: Any) -> Iterable[tuple[Any, Any]]:
    if given is None:
        return ()
    if not isinstance(given, dict):
        raise BadCbor("placeholders are no map")
    return given.items()


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise BadCbor("a placeholder is no text")
    return given


def condition(raw: bytes, placeholders: Placeholders) -> str:
    """A condition, filter or key condition as text. Raises BadCbor."""
    tree, values = _parts(raw)
    return _Writer(values, placeholders).condition(tree)


def update(raw: bytes, placeholders: Placeholders) -> str:
    """An update as text, such as `SET #0 = :0 REMOVE #1`. Raises BadCbor."""
    tree, values = _parts(raw)
    return _Writer(values, placeholders).update(tree)


def paths(raw: bytes) -> list[Path]:
    """The paths of a projection. Raises BadCbor."""
    read = cbor.read_all(raw)
    if not isinstance(read, list) or len(read) != 2 or not isinstance(read[1], list):
        raise BadCbor("no projection")
    return [_path(each) for each in read[1]]


def projection(wanted: list[Path], placeholders: Placeholders) -> str:
    """Paths as the text of a projection."""
    return ", ".join(_path_text(path, placeholders) for path in wanted)


def _parts(raw: bytes) -> tuple[Any, list[Value]]:
    read = cbor.read_all(raw)
    if not isinstance(read, list) or len(read) != 3 or read[0] != _FORMAT:
        raise BadCbor("no expression")
    if not isinstance(read[2], list):
        raise BadCbor("an expression without values")
    return read[1], [attribute_values.value_of(value) for value in read[2]]


def _path(tree: Any) -> Path:
    operator, parts = _call(tree)
    if operator != _PATH or not parts:
        raise BadCbor("no document path")
    path = tuple(part.index if isinstance(part, Position) else part for part in parts)
    if not isinstance(path[0], str) or not all(isinstance(part, str | int) for part in path):
        raise BadCbor("no document path")
    return path


def _call(tree: Any) -> tuple[int, list[Any]]:
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], int):
        raise BadCbor("no operator")
    return tree[0], tree[1:]


def _path_text(path: Path, placeholders: Placeholders) -> str:
    text = ""
    for part in path:
        if isinstance(part, str):
            text += ("." if text else "") + placeholders.name(part)
        else:
            text += f"[{part}]"
    return text


class _Writer:
    """Writes one expression out; its values come once each, however often they are used."""

    def __init__(self, values: list[Value], placeholders: Placeholders) -> None:
        self._values = values
        self._placeholders = placeholders
        self._used: dict[int, str] = {}

    def condition(self, tree: Any, below: int | None = None) -> str:
        """A condition, in parentheses where that below which it stands would tear it apart."""
        operator, parts = _call(tree)
        text = self._condition(operator, parts)
        torn = below == _NOT and (operator in _LOOSE or operator == _NOT)
        if torn or (below == _AND and operator == _OR):
            return f"({text})"
        return text

    def _condition(self, operator: int, parts: list[Any]) -> str:
        if operator in _COMPARISONS:
            left, right = self._operands(parts, 2)
            return f"{left} {_COMPARISONS[operator]} {right}"
        if operator in _LOOSE:
            one, other = _exactly(parts, 2)
            word = " AND " if operator == _AND else " OR "
            return self.condition(one, operator) + word + self.condition(other, operator)
        if operator == _NOT:
            (inside,) = _exactly(parts, 1)
            return f"NOT {self.condition(inside, _NOT)}"
        if operator == _BETWEEN:
            operand, low, high = self._operands(parts, 3)
            return f"{operand} BETWEEN {low} AND {high}"
        if operator == _IN:
            operand, choices = _exactly(parts, 2)
            if not isinstance(choices, list):
                raise BadCbor("IN without a list")
            inside = ", ".join(self._operand(choice) for choice in choices)
            return f"{self._operand(operand)} IN ({inside})"
        return self._function(operator, parts)

    def _function(self, operator: int, parts: list[Any]) -> str:
        name = _FUNCTIONS.get(operator)
        if name is None:
            raise BadCbor(f"there is no operator {operator}")
        return f"{name}({', '.join(self._operand(part) for part in parts)})"

    def _operands(self, parts: list[Any], count: int) -> list[str]:
        return [self._operand(part) for part in _exactly(parts, count)]

    def _operand(self, tree: Any) -> str:
        operator, parts = _call(tree)
        if operator == _PATH:
            return _path_text(_path(tree), self._placeholders)
        if operator == _VALUE:
            return self._value(parts)
        if operator in _SUMS:
            left, right = self._operands(parts, 2)
            return f"{left} {_SUMS[operator]} {right}"
        return self._function(operator, parts)

    def _value(self, parts: list[Any]) -> str:
        (number,) = _exactly(parts, 1)
        if not isinstance(number, int) or not 0 <= number < len(self._values):
            raise BadCbor("an expression lacks a value")
        if number not in self._used:
            self._used[number] = self._placeholders.value(self._values[number])
        return self._used[number]

    def update(self, tree: Any) -> str:
        """All actions, each kind in one section."""
        if not isinstance(tree, list):
            raise BadCbor("no update")
        sections: dict[str, list[str]] = {}
        for action in tree:
            operator, parts = _call(action)
            section = _SECTIONS.get(operator)
            if section is None:
                raise BadCbor(f"there is no action {operator}")
            sections.setdefault(section, []).append(self._action(section, parts))
        return " ".join(f"{name} {', '.join(actions)}" for name, actions in sections.items())

    def _action(self, section: str, parts: list[Any]) -> str:
        if section == "REMOVE":
            return self._operands(parts, 1)[0]
        path, value = self._operands(parts, 2)
        return f"{path} = {value}" if section == "SET" else f"{path} {value}"


def _exactly(parts: list[Any], count: int) -> list[Any]:
    if len(parts) != count:
        raise BadCbor("an operator has a wrong number of operands")
    return parts
