"""Condition and filter expressions: tokens -> tree, with the checks that need no item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb.expressions import operand_checks
from orderlab.cloud.dynamodb.expressions.paths import Names, read_path, too_deep
from orderlab.cloud.dynamodb.expressions.tokens import ExpressionReader
from orderlab.cloud.dynamodb.expressions.tree import (
    Attribute,
    Between,
    Comparison,
    Condition,
    Function,
    Given,
    In,
    Joined,
    Not,
    Operand,
    Size,
)

MAX_DEPTH = 60
MAX_OPERATORS = 300
COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")


class Values:
    """The types of the `:values` that a request defines, and which of them were used."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self.types = types
        self.used: set[str] = set()


def read_value(reader: ExpressionReader, values: Values) -> Given:
    """Read a `:value`. Raises ValidationException if it is not defined."""
    token = reader.take()
    if token.text not in values.types:
        raise reader.refusal(
            "An expression attribute value used in expression is not defined; "
            f"attribute value: {token.text}"
        )
    values.used.add(token.text)
    return Given(token.text, values.types[token.text])


class ConditionParser:
    """Recursive descent: OR of ANDs of NOTs of what can be true or false."""

    def __init__(self, text: str, what: str, names: Names, values: Values) -> None:
        self._reader = ExpressionReader(text, what)
        self._what = what
        self._names = names
        self._values = values
        self._depth = 0
        self._operators = 0
        # the tokens between which the last parentheses stood
        self._parentheses = (-1, -1)

    @property
    def length(self) -> int:
        """How many words and signs were read."""
        return self._reader.place

    def parse(self) -> Condition:
        """Read the whole expression. Raises ValidationException."""
        condition = self._any()
        if self._reader.next.kind != "end":
            raise self._reader.unexpected()
        return condition

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._reader.accept("or"):
            self._count_operator()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Joined("OR", tuple(parts))

    def _all(self) -> Condition:
        parts = [self._not()]
        while self._reader.accept("and"):
            self._count_operator()
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else Joined("AND", tuple(parts))

    def _not(self) -> Condition:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_deep(self._what)
        try:
            if self._reader.accept("not"):
                self._count_operator()
                return Not(self._not())
            if self._reader.at("("):
                return self._parenthesised()
            return self._predicate()
        finally:
            self._depth -= 1

    def _parenthesised(self) -> Condition:
        begin = self._reader.place
        self._reader.expect("(")
        condition = self._any()
        inside = (begin + 1, self._reader.place)
        self._reader.expect(")")
        if self._parentheses == inside:
            raise self._reader.refusal("The expression has redundant parentheses;")
        self._parentheses = (begin, self._reader.place)
        return condition

    def _predicate(self) -> Condition:
        reader = self._reader
        if self._at_function() and reader.next.text != "size":
            return self._function()
        operand = self._operand()
        self._count_operator()
        if reader.accept("between"):
            low = self._operand()
            reader.expect("and")
            between = Between(operand, low, self._operand())
            operand_checks.between(between, reader)
            return between
        if reader.accept("in"):
            return self._in(operand)
        if not reader.at(*COMPARATORS):
            if isinstance(operand, Size) and reader.next.kind == "end":
                raise self._used_wrongly("size")
            raise reader.unexpected()
        return self._comparison(operand)

    def _comparison(self, left: Operand) -> Condition:
        operator: Literal["=", "<>", "<", "<=", ">", ">="]
        operator = self._reader.take().text  # type: ignore[assignment]
        comparison = Comparison(operator, left, self._operand())
        operand_checks.comparison(comparison, self._reader)
        return comparison

    def _in(self, operand: Operand) -> Condition:
        among = self._listed()
        condition = In(operand, tuple(among))
        operand_checks.membership(condition, self._reader)
        return condition

    def _function(self) -> Condition:
        name = self._reader.take().text
        if name not in operand_checks.FUNCTIONS:
            raise self._reader.refusal(f"Invalid function name; function: {name}")
        function = Function(name, tuple(self._listed()))
        if self._reader.at(*COMPARATORS):
            raise self._used_wrongly(name)
        operand_checks.function(function, self._reader)
        return function

    def _listed(self) -> list[Operand]:
        self._reader.expect("(")
        operands = [self._operand()]
        while self._reader.accept(","):
            operands.append(self._operand())
        self._reader.expect(")")
        return operands

    def _operand(self) -> Operand:
        reader = self._reader
        if reader.next.kind == "value":
            return read_value(reader, self._values)
        if self._at_function():
            name = reader.take().text
            if name not in operand_checks.FUNCTIONS:
                raise reader.refusal(f"Invalid function name; function: {name}")
            if name != "size":
                raise self._used_wrongly(name)
            return self._size()
        return Attribute(read_path(reader, self._names))

    def _size(self) -> Size:
        operands = self._listed()
        operand_checks.count("size", operands, self._reader)
        if isinstance(operands[0], Size):
            raise self._used_wrongly("size")
        operand_checks.sized(operands[0], self._reader)
        return Size(operands[0])

    def _at_function(self) -> bool:
        reader = self._reader
        return reader.next.kind == "word" and reader.following().text == "("

    def _count_operator(self) -> None:
        self._operators += 1
        if self._operators > MAX_OPERATORS:
            raise self._reader.refusal(
                f"The expression contains too many operators; operator count: {self._operators}"
            )

    def _used_wrongly(self, name: str) -> ValidationException:
        return self._reader.refusal(
            f"The function is not allowed to be used this way in an expression; function: {name}"
        )
