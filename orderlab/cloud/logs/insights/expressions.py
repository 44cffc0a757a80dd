"""Expressions of Insights, compiled to functions.

From the loosest to the tightest: or, and, not, comparisons, sums, products, powers, signs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.logs.errors import MalformedQuery
from orderlab.cloud.logs.insights.addresses import ADDRESSES
from orderlab.cloud.logs.insights.aggregates import AGGREGATES
from orderlab.cloud.logs.insights.fields import Moment
from orderlab.cloud.logs.insights.functions import (
    FUNCTIONS,
    arithmetic,
    compare,
    milliseconds,
    number,
    text,
    truth,
)
from orderlab.cloud.logs.insights.lexer import Reader
from orderlab.cloud.patterns.expressions import Expression, expression
from orderlab.cloud.patterns.syntax import ExpressionError
from orderlab.cloud.text.tokens import Token

# Takes a row; in `stats` the list of rows of a group.
Compute = Callable[[Any], Any]
_ROUNDINGS: dict[str, Callable[[float], int]] = {"datefloor": math.floor, "dateceil": math.ceil}
_COMPARISONS = ("=", "==", "!=", "<", "<=", ">", ">=")


class ExpressionParser:
    """Reads expressions; `grouped` ones are about the rows of a group."""

    def __init__(self, reader: Reader, *, grouped: bool = False) -> None:
        self._reader = reader
        self._grouped = grouped

    def expression(self) -> Compute:
        """Read a whole expression. Raises MalformedQuery; NotDoneYet for a function that is not
        here."""
        options = [self._all_of()]
        while self._reader.skip("or"):
            options.append(self._all_of())
        return options[0] if len(options) == 1 else _either(options)

    def _all_of(self) -> Compute:
        conditions = [self._negation()]
        while self._reader.skip("and"):
            conditions.append(self._negation())
        return conditions[0] if len(conditions) == 1 else _both(conditions)

    def _negation(self) -> Compute:
        negations = 0
        while self._reader.skip("not"):
            negations += 1
        compute = self._comparison()
        if not negations:
            return compute
        return _opposite(compute) if negations % 2 else _opposite(_opposite(compute))

    def _comparison(self) -> Compute:
        left = self._sum()
        reader = self._reader
        if reader.next.text in _COMPARISONS:
            return _compared(reader.take().text, left, self._sum())
        if reader.skip("=~") or reader.skip("like"):
            return self._like(left)
        if reader.skip("not", "like"):
            return _opposite(self._like(left))
        if reader.skip("in"):
            return _one_of(left, self._list())
        if reader.skip("not", "in"):
            return _opposite(_one_of(left, self._list()))
        return left

    def _like(self, left: Compute) -> Compute:
        occurs = _occurrence(self._reader.take())
        return lambda row: (found := text(left(row))) is not None and occurs(found)

    def _list(self) -> list[Compute]:
        self._reader.expect("[")
        found = [self.expression()]
        while self._reader.skip(","):
            found.append(self.expression())
        self._reader.expect("]")
        return found

    def _sum(self) -> Compute:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Compute:
        return self._chain(("*", "/", "%"), self._power)

    def _chain(self, signs: tuple[str, ...], operand: Callable[[], Compute]) -> Compute:
        first, rest = operand(), []
        while self._reader.next.text in signs:
            rest.append((self._reader.take().text, operand()))
        return _chained(first, rest) if rest else first

    def _power(self) -> Compute:
        base = self._sign()
        return _computed("^", base, self._power()) if self._reader.skip("^") else base

    def _sign(self) -> Compute:
        signs = 0
        while self._reader.skip("-"):
            signs += 1
        compute = self._value()
        if not signs:
            return compute
        return _computed("*", lambda row: (-1.0) ** signs, compute)

    def _value(self) -> Compute:
        reader = self._reader
        if reader.skip("("):
            compute = self.expression()
            reader.expect(")")
            return compute
        token = reader.next
        if token.kind not in ("text", "number", "field"):
            raise reader.unexpected()
        reader.take()
        if token.kind == "text":
            constant = unquoted(token)
            return lambda row: constant
        if token.kind == "number":
            value = float(token.text)
            return lambda row: value
        if reader.next.text == "(":
            return self._call(token)
        name = token.text.strip("`")
        if self._grouped:
            return lambda rows: rows[0].get(name) if rows else None
        return lambda row: row.get(name)

    def _call(self, token: Token) -> Compute:
        self._reader.expect("(")
        name = token.word
        if name == "bin":
            return self._bin()
        if name in _ROUNDINGS:
            return self._rounded(_ROUNDINGS[name])
        if name in AGGREGATES:
            if not self._grouped:
                raise MalformedQuery(f"{name} can be used in stats only")
            return self._aggregate(name)
        function = FUNCTIONS.get(name) or ADDRESSES.get(name)
        if function is None:
            raise NotDoneYet(f"the Insights function {token.text}")
        arguments = [] if self._reader.next.text == ")" else [self.expression()]
        while self._reader.skip(","):
            arguments.append(self.expression())
        self._reader.expect(")")
        return _called(function, arguments)

    def _width(self, name: str) -> int:
        """The period that ends a call, in milliseconds."""
        duration = self._reader.take()
        if duration.kind != "duration":
            raise MalformedQuery(f"{name} needs a period such as 5m")
        self._reader.expect(")")
        width = milliseconds(duration.text)
        if not width:
            raise MalformedQuery(f"{name} needs a period above 0")
        return width

    def _rounded(self, rounding: Callable[[float], int]) -> Compute:
        """`datefloor(@timestamp, 1h)` and `dateceil(...)`."""
        moment = self.expression()
        self._reader.expect(",")
        width = self._width("datefloor")

        def compute(row: Any) -> Any:
            at = number(moment(row))
            return None if at is None else Moment(rounding(at / width) * width)

        return compute

    def _bin(self) -> Compute:
        width = self._width("bin")

        def compute(row: Any) -> Any:
            row = row[0] if isinstance(row, list) else row
            at = number(row.get("@timestamp"))
            return None if at is None else Moment(at // width * width)

        return compute

    def _aggregate(self, name: str) -> Compute:
        inner = ExpressionParser(self._reader)
        arguments: list[Compute] = []
        if not self._reader.skip("*"):
            while self._reader.next.text != ")":
                arguments.append(inner.expression())
                if not self._reader.skip(","):
                    break
        self._reader.expect(")")
        compute = AGGREGATES[name]
        return lambda rows: compute(rows, *arguments)


def _occurrence(token: Token) -> Callable[[str], bool]:
    if token.kind == "regex":
        return regular_expression(token).occurs_in
    if token.kind == "text":
        part = unquoted(token)
        return lambda found: part in found
    raise MalformedQuery("like needs a text or a /regular expression/")


def unquoted(token: Token) -> str:
    """What a text in quotes stands for."""
    return re.sub(r"\\(.)", r"\1", token.text[1:-1])


def regular_expression(token: Token) -> Expression:
    """A `/.../`, or a `/.../i` that ignores case."""
    body, flags = token.text[1:].rsplit("/", 1)
    try:
        return expression(body, ignore_case="i" in flags)
    except ExpressionError as error:
        raise MalformedQuery(f"invalid regular expression: {error}") from None


def _either(options: list[Compute]) -> Compute:
    return lambda row: any(truth(option(row)) for option in options)


def _both(conditions: list[Compute]) -> Compute:
    return lambda row: all(truth(condition(row)) for condition in conditions)


def _chained(first: Compute, rest: list[tuple[str, Compute]]) -> Compute:
    """Sums and products of any length, from left to right."""

    def compute(row: Any) -> Any:
        value = first(row)
        for sign, operand in rest:
            value = arithmetic(sign, value, operand(row))
        return value

    return compute


def _opposite(compute: Compute) -> Compute:
    return lambda row: not truth(compute(row))


def _compared(sign: str, left: Compute, right: Compute) -> Compute:
    return lambda row: compare(sign, left(row), right(row))


def _computed(sign: str, left: Compute, right: Compute) -> Compute:
    return lambda row: arithmetic(sign, left(row), right(row))


def _one_of(left: Compute, options: list[Compute]) -> Compute:
    return lambda row: any(compare("=", left(row), option(row)) for option in options)


def _called(function: Callable[..., Any], arguments: list[Compute]) -> Compute:
    def compute(row: Any) -> Any:
        try:
            return function(*(argument(row) for argument in arguments))
        except (TypeError, ValueError, ArithmeticError):
            # the wrong number or kind of arguments gives no value
            return None

    return compute
