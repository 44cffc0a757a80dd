"""Expressions: what stands in `#set(...)`, `#if(...)` and between the parentheses of a call.

Each is compiled once to a Python function of the namespace.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.vtl import java
from orderlab.cloud.apigateway.vtl.methods import call, item, member
from orderlab.cloud.apigateway.vtl.scanner import NAME, Scanner

Namespace = dict[str, Any]
Expression = Callable[[Namespace], Any]
# compiles the inside of a double-quoted string, which is a template itself
Interpolate = Callable[[str], Expression]

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_WORD_END = r"(?![A-Za-z0-9_-])"
_DOUBLE_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_SINGLE_QUOTED = re.compile(r"'([^']*)'")
_CONSTANT = re.compile(rf"(true|false|null){_WORD_END}")

Binary = Callable[[Any, Any], Any]


def _comparison(compared: Callable[[Any, Any], bool]) -> Binary:
    return lambda left, right: java.compare(left, right, compared)


# from the loosest to the tightest; `||` and `&&` stop early and are made apart
_LEVELS: tuple[tuple[re.Pattern[str], dict[str, Binary]], ...] = (
    (
        re.compile(rf"==|!=|(?:eq|ne){_WORD_END}"),
        {
            "==": java.equal, "eq": java.equal,
            "!=": lambda a, b: not java.equal(a, b), "ne": lambda a, b: not java.equal(a, b),
        },
    ),
    (
        re.compile(rf"<=|>=|<|>|(?:lt|le|gt|ge){_WORD_END}"),
        {
            "<": _comparison(operator.lt), "lt": _comparison(operator.lt),
            "<=": _comparison(operator.le), "le": _comparison(operator.le),
            ">": _comparison(operator.gt), "gt": _comparison(operator.gt),
            ">=": _comparison(operator.ge), "ge": _comparison(operator.ge),
        },
    ),
    (re.compile(r"[+-]"), {"+": java.add, "-": java.subtract}),
    (re.compile(r"[*/%]"), {"*": java.multiply, "/": java.divide, "%": java.remainder}),
)  # fmt: skip
_OR = re.compile(rf"\|\||or{_WORD_END}")
_AND = re.compile(rf"&&|and{_WORD_END}")
_NOT = re.compile(rf"!(?!=)|not{_WORD_END}")


class ExpressionParser:
    """Compiles expressions, with Velocity's precedence."""

    def __init__(self, scanner: Scanner, interpolate: Interpolate) -> None:
        self._scanner = scanner
        self._interpolate = interpolate

    def expression(self) -> Expression:
        left = self._and()
        while self._operator(_OR):
            left = _either(left, self._and())
        return left

    def _and(self) -> Expression:
        left = self._level(0)
        while self._operator(_AND):
            left = _both(left, self._level(0))
        return left

    def _level(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        pattern, operators = _LEVELS[level]
        left = self._level(level + 1)
        while found := self._operator(pattern):
            left = _binary(operators[found], left, self._level(level + 1))
        return left

    def _operator(self, pattern: re.Pattern[str]) -> str | None:
        self._scanner.skip_space()
        return self._scanner.match(pattern)

    def _unary(self) -> Expression:
        if self._operator(_NOT):
            operand = self._unary()
            return lambda ns: not java.truth(operand(ns))
        return self.primary()

    def primary(self) -> Expression:
        scanner = self._scanner
        scanner.skip_space()
        if scanner.rest_starts_with("$"):
            return self.reference()
        if scanner.take("("):
            inner = self.expression()
            scanner.skip_space()
            scanner.need(")")
            return inner
        if scanner.take("["):
            return self._list()
        if scanner.take("{"):
            return self._map()
        return self._literal()

    def _literal(self) -> Expression:
        scanner = self._scanner
        if (quoted := scanner.match(_DOUBLE_QUOTED)) is not None:
            return self._interpolate(quoted[1:-1].replace('""', '"'))
        if (quoted := scanner.match(_SINGLE_QUOTED)) is not None:
            return _constant(quoted[1:-1])
        if (number := scanner.match(_NUMBER)) is not None:
            whole = number.lstrip("-").isdecimal()
            return _constant(int(number) if whole else float(number))
        if (word := scanner.match(_CONSTANT)) is not None:
            return _constant({"true": True, "false": False, "null": None}[word])
        raise scanner.error("expected a value")

    def _list(self) -> Expression:
        scanner = self._scanner
        scanner.skip_space()
        if scanner.take("]"):
            return lambda ns: java.JavaList()
        items = [self.expression()]
        scanner.skip_space()
        if scanner.take(".."):
            last = self.expression()
            scanner.skip_space()
            scanner.need("]")
            return _range(items[0], last)
        while self._comma():
            items.append(self.expression())
            scanner.skip_space()
        scanner.need("]")
        return lambda ns: java.JavaList(each(ns) for each in items)

    def _map(self) -> Expression:
        scanner = self._scanner
        pairs: list[tuple[Expression, Expression]] = []
        scanner.skip_space()
        while not scanner.take("}"):
            key = self.expression()
            scanner.skip_space()
            scanner.need(":")
            pairs.append((key, self.expression()))
            scanner.skip_space()
            if not self._comma() and not scanner.rest_starts_with("}"):
                raise scanner.error("expected ',' or '}'")
        return lambda ns: {key(ns): value(ns) for key, value in pairs}

    def _comma(self) -> bool:
        self._scanner.skip_space()
        found = self._scanner.take(",")
        self._scanner.skip_space()
        return found

    def reference(self) -> Expression:
        """`$name`, `$!name`, `${name}`, with members, indexes and calls behind it."""
        scanner = self._scanner
        scanner.need("$")
        scanner.take("!")
        braced = scanner.take("{")
        name = scanner.match(NAME)
        if name is None:
            raise scanner.error("expected a name")
        value = self.path(_variable(name))
        if braced:
            scanner.need("}")
        return value

    def path(self, value: Expression) -> Expression:
        """Members, indexes and calls behind a value."""
        scanner = self._scanner
        while True:
            start = scanner.at
            if scanner.take("["):
                key = self.expression()
                scanner.skip_space()
                scanner.need("]")
                value = _item(value, key)
            elif scanner.take(".") and (name := scanner.match(NAME)):
                if scanner.take("("):
                    value = _call(value, name, self._arguments())
                else:
                    value = _member(value, name)
            else:
                # the full stop at the end of a sentence is text
                scanner.at = start
                return value

    def _arguments(self) -> list[Expression]:
        scanner = self._scanner
        scanner.skip_space()
        if scanner.take(")"):
            return []
        arguments = [self.expression()]
        while self._comma():
            arguments.append(self.expression())
        scanner.skip_space()
        scanner.need(")")
        return arguments


def _constant(value: Any) -> Expression:
    return lambda ns: value


def _variable(name: str) -> Expression:
    return lambda ns: ns.get(name)


def _member(value: Expression, name: str) -> Expression:
    return lambda ns: member(value(ns), name)


def _item(value: Expression, key: Expression) -> Expression:
    return lambda ns: item(value(ns), key(ns))


def _call(value: Expression, name: str, arguments: list[Expression]) -> Expression:
    if len(arguments) == 1:
        only = arguments[0]
        return lambda ns: call(value(ns), name, [only(ns)])
    return lambda ns: call(value(ns), name, [argument(ns) for argument in arguments])


def _binary(apply: Binary, left: Expression, right: Expression) -> Expression:
    return lambda ns: apply(left(ns), right(ns))


def _either(left: Expression, right: Expression) -> Expression:
    return lambda ns: java.truth(left(ns)) or java.truth(right(ns))


def _both(left: Expression, right: Expression) -> Expression:
    return lambda ns: java.truth(left(ns)) and java.truth(right(ns))


def _range(first: Expression, last: Expression) -> Expression:
    def numbers(ns: Namespace) -> Any:
        start, end = first(ns), last(ns)
        if not (isinstance(start, int) and isinstance(end, int)):
            return None
        step = 1 if end >= start else -1
        # a loop ends at 1,000 rounds anyway
        end = max(min(end, start + 10_000), start - 10_000)
        return java.JavaList(range(start, end + step, step))

    return numbers
