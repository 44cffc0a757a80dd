"""Update expressions: `SET a = :v, b = b + :n REMOVE c ADD d :n DELETE e :set`, as a plan.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from orderlab.cloud.dynamodb.errors import Counted
from orderlab.cloud.dynamodb.expressions.condition_parser import Values, read_value
from orderlab.cloud.dynamodb.expressions.paths import (
    Names,
    Path,
    read_path,
    require_apart,
    too_deep,
)
from orderlab.cloud.dynamodb.expressions.tokens import ExpressionReader
from orderlab.cloud.dynamodb.expressions.tree import Attribute, Given

WHAT = "UpdateExpression"
MAX_DEPTH = 30
CONDITION_FUNCTIONS = frozenset(
    {
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "begins_with",
        "contains",
        "size",
    }
)
TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "SS": "STRING_SET",
    "NS": "NUMBER_SET",
    "BS": "BINARY_SET",
    "L": "LIST",
    "M": "MAP",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
}
SETS = frozenset({"SS", "NS", "BS"})


@dataclass(frozen=True, slots=True)
class Sum:
    """`left + right` or `left - right`."""

    operator: Literal["+", "-"]
    left: SetValue
    right: SetValue


@dataclass(frozen=True, slots=True)
class IfNotExists:
    """`if_not_exists(path, otherwise)`."""

    path: Path
    otherwise: SetValue


@dataclass(frozen=True, slots=True)
class ListAppend:
    """`list_append(first, second)`."""

    first: SetValue
    second: SetValue


SetValue = Attribute | Given | Sum | IfNotExists | ListAppend


@dataclass
class UpdatePlan:
    """What an update does, section by section."""

    sets: list[tuple[Path, SetValue]] = field(default_factory=list)
    removes: list[Path] = field(default_factory=list)
    adds: list[tuple[Path, Given]] = field(default_factory=list)
    deletes: list[tuple[Path, Given]] = field(default_factory=list)

    @property
    def paths(self) -> list[Path]:
        """Every path that the update changes, in the order of its sections."""
        return [
            *(path for path, _ in self.sets),
            *self.removes,
            *(path for path, _ in self.adds),
            *(path for path, _ in self.deletes),
        ]


class UpdateParser:
    """Reads each section at most once, in any order."""

    def __init__(self, text: str, names: Names, values: Values) -> None:
        self._reader = ExpressionReader(text, WHAT)
        self._names = names
        self._values = values
        self._plan = UpdatePlan()
        self._depth = 0

    def parse(self) -> UpdatePlan:
        """Read the whole expression. Raises ValidationException."""
        sections = {
            "SET": self._set,
            "REMOVE": self._remove,
            "ADD": self._add,
            "DELETE": self._delete,
        }
        seen: set[str] = set()
        while self._reader.next.kind != "end":
            section = self._reader.next.text.upper()
            if section not in sections:
                raise self._reader.unexpected()
            if section in seen:
                raise Counted(
                    f'Invalid {WHAT}: The "{section}" section can only be used once in an update '
                    "expression;"
                )
            seen.add(section)
            self._reader.take()
            sections[section]()
            while self._reader.accept(","):
                sections[section]()
        require_apart(self._plan.paths, WHAT)
        return self._plan

    def _set(self) -> None:
        path = read_path(self._reader, self._names)
        self._reader.expect("=")
        self._plan.sets.append((path, self._value()))

    def _remove(self) -> None:
        self._plan.removes.append(read_path(self._reader, self._names))

    def _add(self) -> None:
        path = read_path(self._reader, self._names)
        given = self._given()
        self._require_section_type("ADD", given, SETS | {"N"})
        self._plan.adds.append((path, given))

    def _delete(self) -> None:
        path = read_path(self._reader, self._names)
        given = self._given()
        self._require_section_type("DELETE", given, SETS)
        self._plan.deletes.append((path, given))

    def _given(self) -> Given:
        if self._reader.next.kind != "value":
            raise self._reader.unexpected()
        return read_value(self._reader, self._values)

    def _value(self) -> SetValue:
        left = self._operand()
        if not self._reader.at("+", "-"):
            return left
        operator: Literal["+", "-"] = self._reader.take().text  # type: ignore[assignment]
        right = self._operand()
        for operand in (left, right):
            self._require_type(operator, operand, "N")
        return Sum(operator, left, right)

    def _operand(self) -> SetValue:
        reader = self._reader
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_deep(WHAT)
        try:
            if reader.accept("("):
                value = self._value()
                reader.expect(")")
                return value
            if reader.next.kind == "value":
                return read_value(reader, self._values)
            if reader.next.kind == "word" and reader.following().text == "(":
                return self._function()
            return Attribute(read_path(reader, self._names))
        finally:
            self._depth -= 1

    def _function(self) -> SetValue:
        name = self._reader.take().text
        if name in CONDITION_FUNCTIONS:
            raise self._reader.refusal(
                f"The function is not allowed in an update expression; function: {name}"
            )
        if name not in ("if_not_exists", "list_append"):
            raise self._reader.refusal(f"Invalid function name; function: {name}")
        self._reader.expect("(")
        operands = [self._value()]
        while self._reader.accept(","):
            operands.append(self._value())
        self._reader.expect(")")
        if len(operands) != 2:
            raise self._reader.refusal(
                "Incorrect number of operands for operator or function; "
                f"operator or function: {name}, number of operands: {len(operands)}"
            )
        return self._made(name, *operands)

    def _made(self, name: str, first: SetValue, second: SetValue) -> SetValue:
        if name == "if_not_exists":
            if not isinstance(first, Attribute):
                raise self._reader.refusal(
                    f"Operator or function requires a document path; operator or function: {name}"
                )
            return IfNotExists(first.path, second)
        for operand in (first, second):
            self._require_type(name, operand, "L")
        return ListAppend(first, second)

    def _require_type(self, name: str, operand: SetValue, wanted: str) -> None:
        kind = operand.type if isinstance(operand, Given) else None
        if isinstance(operand, ListAppend):
            kind = "L"
        if isinstance(operand, Sum):
            kind = "N"
        if kind is not None and kind != wanted:
            raise self._reader.refusal(
                "Incorrect operand type for operator or function; "
                f"operator or function: {name}, operand type: {kind}"
            )

    def _require_section_type(self, section: str, given: Given, types: frozenset[str]) -> None:
        if given.type not in types:
            raise self._reader.refusal(
                "Incorrect operand type for operator or function; "
                f"operator: {section}, operand type: {TYPE_NAMES[given.type]}, "
                f"typeSet: ALLOWED_FOR_{section}_OPERAND"
            )
