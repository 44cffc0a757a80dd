"""Expressions: what stands in `#set(...)`, `#if(...)` and between the parentheses of a call.

Each is compiled once to a Python function of the namespace.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.vtl import evaluation, java
from orderlab.cloud.apigateway.vtl.evaluation import Binary, Expression
from orderlab.cloud.apigateway.vtl.scanner import NAME, Scanner

# compiles the inside of a double-quoted string, which is a template itself
Interpolate = Callable[[str], Expression]

_NUMBER = re.compile(r"-?\d{1,1000}(\.\d{1,1000})?([eE][+-]?\d{1,4})?")
_WORD_END = r"(?![A-Za-z0-9_-])"
_DOUBLE_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
_SINGLE_QUOTED = re.compile(r"'([^']*)'")
_CONSTANT = re.compile(rf"(true|false|null){_WORD_END}")


def _comparison(compared: Callable[[Any, Any], bool]) -> Binary:
    def apply(left: Any, right: Any, budget: Budget) -> bool:
        return java.compare(left, right, compared)

    return apply


# from the loosest to the tightest; `||` and `&&` stop early and are made apart
_LEVELS: tuple[tuple[re.Pattern[str], dict[str, Binary]], ...] = (
    (
        re.compile(rf"==|!=|(?:eq|ne){_WORD_END}"),
        {
            "==": java.equal, "eq": java.equal,
            "!=": java.not_equal, "ne": java.not_equal,
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
        """The expression that begins here. Raises TemplateError if there is none."""
        self._scanner.open()
        alternatives = [self._and()]
        while self._operator(_OR):
            alternatives.append(self._and())
        self._scanner.close()
        return evaluation.either(alternatives)

    def _and(self) -> Expression:
        terms = [self._level(0)]
        while self._operator(_AND):
            terms.append(self._level(0))
        return evaluation.both(terms)

    def _level(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        pattern, operators = _LEVELS[level]
        first = self._level(level + 1)
        rest: list[tuple[Binary, Expression]] = []
        while found := self._operator(pattern):
            rest.append((operators[found], self._level(level + 1)))
        return evaluation.chain(first, rest)

    def _operator(self, pattern: re.Pattern[str]) -> str | None:
        self._scanner.skip_space()
        return self._scanner.match(pattern)

    def _unary(self) -> Expression:
        negations = 0
        while self._operator(_NOT):
            negations += 1
        operand = self.primary()
        return evaluation.negated(operand, negations) if negations else operand

    def primary(self) -> Expression:
        """The operand that begins here: a reference, a bracket, a list, a map or a literal."""
        scanner = self._scanner
        scanner.parts += 1
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
            return evaluation.constant(quoted[1:-1])
        if (number := scanner.match(_NUMBER)) is not None:
            whole = number.lstrip("-").isdecimal()
            return evaluation.constant(int(number) if whole else float(number))
        if (word := scanner.match(_CONSTANT)) is not None:
            return evaluation.constant({"true": True, "false": False, "null": None}[word])
        raise scanner.error("expected a value")

    def _list(self) -> Expression:
        scanner = self._scanner
        scanner.skip_space()
        if scanner.take("]"):
            return evaluation.java_list([])
        items = [self.expression()]
        scanner.skip_space()
        if scanner.take(".."):
            last = self.expression()
            scanner.skip_space()
            scanner.need("]")
            return evaluation.number_range(items[0], last)
        while self._comma():
            items.append(self.expression())
            scanner.skip_space()
        scanner.need("]")
        return evaluation.java_list(items)

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
        return evaluation.java_map(pairs)

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
        scanner.parts += 1
        scanner.open()
        value = self.path(evaluation.variable(name))
        scanner.close()
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
                value = evaluation.item_of(value, key)
            elif scanner.take(".") and (name := scanner.match(NAME)):
                if scanner.take("("):
                    # a call takes as long as some other parts
                    scanner.parts += 3
                    value = evaluation.call_of(value, name, self._arguments())
                else:
                    value = evaluation.member_of(value, name)
            else:
                # the full stop at the end of a sentence is text
                scanner.at = start
                return value
            scanner.parts += 1

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
