"""Filters: `[?(@.price < 10 && !(@.sold == true || @.title =~ /.*art.*/i))]`.

https://github.com/json-path/JsonPath#filter-operators
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.json_path.operators import MISSING, OPERATORS, Pattern
from orderlab.cloud.apigateway.json_path.route import Route
from orderlab.cloud.apigateway.json_path.steps import Condition, Search

Operand = Callable[[Any, Search], Any]
# reads a path of a source from a place on, at a depth of nesting; gives it and where it ends
ReadPath = Callable[[str, int, int], tuple[Route, int]]

_OPERATOR = re.compile(r"===|!==|==|!=|<=|>=|=~|<|>|[A-Za-z]+\b")
_STRING = re.compile(r"'[^'\\]*(?:\\.[^'\\]*)*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\"", re.S)
_PATTERN = re.compile(r"/([^/\\]*(?:\\.[^/\\]*)*)/([a-zA-Z]*)", re.S)
_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder()
_MAX_DEPTH = 20


class FilterReader:
    """Reads a filter from its first parenthesis on; `at` is where it ended."""

    def __init__(self, source: str, at: int, read_path: ReadPath, depth: int) -> None:
        self._source = source
        self.at = at
        self._read_path = read_path
        self._depth = depth

    def read(self) -> Condition:
        """What the filter asks of an item.

        Raises:
            JsonPathError: if it cannot be read, or nests too deeply.
        """
        condition = self._term()
        self._skip_space()
        return condition

    def _skip_space(self) -> None:
        found = _SPACE.match(self._source, self.at)
        assert found
        self.at = found.end()

    def _take(self, literal: str) -> bool:
        self._skip_space()
        if not self._source.startswith(literal, self.at):
            return False
        self.at += len(literal)
        return True

    def _error(self) -> JsonPathError:
        return JsonPathError(f"{self._source!r}: the filter cannot be read at {self.at}")

    def _either(self) -> Condition:
        conditions = [self._both()]
        while self._take("||"):
            conditions.append(self._both())
        if len(conditions) == 1:
            return conditions[0]
        return lambda item, search: any(each(item, search) for each in conditions)

    def _both(self) -> Condition:
        conditions = [self._term()]
        while self._take("&&"):
            conditions.append(self._term())
        if len(conditions) == 1:
            return conditions[0]
        return lambda item, search: all(each(item, search) for each in conditions)

    def _term(self) -> Condition:
        negations = 0
        while self._take("!"):
            negations += 1
        if self._take("("):
            self._depth += 1
            if self._depth > _MAX_DEPTH:
                raise self._error()
            condition = self._either()
            self._depth -= 1
            if not self._take(")"):
                raise self._error()
        else:
            condition = self._comparison()
        if negations % 2 == 0:
            return condition
        return lambda item, search: not condition(item, search)

    def _comparison(self) -> Condition:
        self._skip_space()
        is_path = self._source.startswith(("@", "$"), self.at)
        left = self._operand()
        self._skip_space()
        found = _OPERATOR.match(self._source, self.at)
        if found is None:
            if not is_path:
                raise self._error()
            return lambda item, search: left(item, search) is not MISSING
        compare = OPERATORS.get(found[0].lower())
        if compare is None:
            raise self._error()
        self.at = found.end()
        right = self._operand()

        def holds(item: Any, search: Search) -> bool:
            search.budget.spend(1)
            return compare(left(item, search), right(item, search), search.budget)

        return holds

    def _operand(self) -> Operand:
        self._skip_space()
        if self._source.startswith(("@", "$"), self.at):
            return self._path()
        if found := _PATTERN.match(self._source, self.at):
            self.at = found.end()
            return _constant(Pattern(found[1].replace("\\/", "/"), found[2]))
        if found := _STRING.match(self._source, self.at):
            self.at = found.end()
            return _constant(re.sub(r"\\(.)", r"\1", found[0][1:-1], flags=re.S))
        return _constant(self._literal())

    def _literal(self) -> Any:
        source = self._source
        if source.startswith("[", self.at):
            return self._list()
        try:
            value, self.at = _DECODER.raw_decode(source, self.at)
        except (ValueError, RecursionError):
            raise self._error() from None
        return value

    def _list(self) -> list[Any]:
        """`['a', 2]`: JSON, but with either quotes."""
        items: list[Any] = []
        self.at += 1
        while not self._take("]"):
            if items and not self._take(","):
                raise self._error()
            self._skip_space()
            if found := _STRING.match(self._source, self.at):
                self.at = found.end()
                items.append(re.sub(r"\\(.)", r"\1", found[0][1:-1], flags=re.S))
            elif self._source.startswith("[", self.at):
                raise self._error()
            else:
                items.append(self._literal())
        return items

    def _path(self) -> Operand:
        route, self.at = self._read_path(self._source, self.at + 1, self._depth)

        def value(item: Any, search: Search) -> Any:
            start = item if route.relative else search.root
            if route.definite and route.function is None:
                values = route.reach(start, search)
                return values[0] if values else MISSING
            return route.follow(start, search)

        return value


def _constant(value: Any) -> Operand:
    return lambda item, search: value
