"""Paths: read once, followed often.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
https://github.com/json-path/JsonPath
Differs from AWS: the functions append, concat and index are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.json_path import steps
from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.json_path.functions import FUNCTIONS
from orderlab.cloud.apigateway.json_path.steps import Condition, Search, Step, Values

_NAME = re.compile(r"[^.\[\]()\s]+")
# inside a filter, a name also ends where an operator begins
_NAME_IN_FILTER = re.compile(r"[^.\[\]()\s=!<>&|~,]+")
_ONE_QUOTED = r"'[^'\\]*(?:\\.[^'\\]*)*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\""
_QUOTED_NAMES = re.compile(rf"\[\s*(?:{_ONE_QUOTED})(?:\s*,\s*(?:{_ONE_QUOTED}))*\s*\]", re.S)
_QUOTED = re.compile(_ONE_QUOTED, re.S)
_ESCAPE = re.compile(r"\\(.)", re.S)
_INDEXES = re.compile(r"\[\s*(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)\s*\]")
_SLICE = re.compile(r"\[\s*+(-?\d{0,9})\s*+:\s*+(-?\d{0,9})\s*+\]")
_FILTER = re.compile(r"\[\s*\?\s*(?=\()")
_FUNCTION = re.compile(r"\.(\w+)\(\s*\)")
_MAX_LENGTH = 20_000
_MAX_REMEMBERED = 1000


class JsonPath:
    """A path that was read."""

    def __init__(self, source: str) -> None:
        if len(source) > _MAX_LENGTH:
            raise JsonPathError(f"A path of {len(source)} characters is too long")
        text = source.strip()
        if not text.startswith(("$", "@")):
            text = f"$.{text}" if not text.startswith("[") else f"${text}"
        reader = PathReader(text, 1)
        self._found = reader.read()
        if reader.at < len(text):
            raise reader.error()
        self.source = source
        self.definite = self._found.definite
        self._keys = self._found.keys

    def find(self, document: Any, budget: Budget | None = None) -> Any:
        """The value, or the list of values where the path may lead to several; None if none.

        Raises BudgetSpent if the path leads to more values than the budget allows.
        """
        if self._keys is None:
            return self._found.follow(document, Search(document, budget or Budget()))
        value = document
        for key in self._keys:
            if isinstance(key, str):
                if not isinstance(value, dict) or key not in value:
                    return None
            elif not isinstance(value, list) or not -len(value) <= key < len(value):
                return None
            value = value[key]
        return value


class Route:
    """Where a path leads. A definite one has one name or number a step, and no function."""

    def __init__(self, relative: bool) -> None:
        self.relative = relative
        self.steps: list[Step] = []
        self.definite = True
        self.keys: list[str | int] | None = []
        self.function: str | None = None

    def go(self, step: Step, key: str | int | None) -> None:
        """Add a step; `key` is None where it may lead to several values."""
        self.steps.append(step)
        if key is None:
            self.definite, self.keys = False, None
        elif self.keys is not None:
            self.keys.append(key)

    def end_with(self, function: str) -> None:
        self.function, self.keys = function, None

    def reach(self, start: Any, search: Search) -> Values:
        """All values that the steps lead to."""
        values = [start]
        for step in self.steps:
            values = step(values, search)
        return values

    def follow(self, start: Any, search: Search) -> Any:
        values = self.reach(start, search)
        result: Any = values if not self.definite else (values[0] if values else None)
        return FUNCTIONS[self.function](result) if self.function else result


class PathReader:
    """Reads a path from a place on; `at` is where it ended."""

    def __init__(self, source: str, at: int, *, in_filter: bool = False, depth: int = 0) -> None:
        self._source = source
        self.at = at
        self._name_pattern = _NAME_IN_FILTER if in_filter else _NAME
        self._depth = depth
        self._route = Route(source.startswith("@", at - 1))

    def error(self) -> JsonPathError:
        return JsonPathError(f"{self._source!r} cannot be read from {self._source[self.at :]!r}")

    def read(self) -> Route:
        source, route = self._source, self._route
        while self.at < len(source) and source[self.at] in ".[":
            if (function := _FUNCTION.match(source, self.at)) and function[1] in FUNCTIONS:
                route.end_with(function[1])
                self.at = function.end()
                break
            self._step()
        return route

    def _step(self) -> None:
        if self._source.startswith("..", self.at):
            self._route.go(steps.descend, None)
            self.at += 2
            if self._source.startswith("[", self.at):
                self._bracket(steps.filtered_maps)
            else:
                self._name()
        elif self._source[self.at] == "[":
            self._bracket(steps.filtered)
        else:
            self.at += 1
            self._name()

    def _name(self) -> None:
        found = self._name_pattern.match(self._source, self.at)
        if found is None:
            # `$.['a']` is `$['a']`
            if not self._source.startswith("[", self.at):
                raise self.error()
            return
        self.at = found.end()
        if found[0] == "*":
            self._route.go(steps.every, None)
        else:
            self._route.go(steps.members((found[0],)), found[0])

    def _bracket(self, filtered: Callable[[Condition], Step]) -> None:
        source, route = self._source, self._route
        if found := _QUOTED_NAMES.match(source, self.at):
            names = tuple(_unquoted(each) for each in _QUOTED.findall(found[0]))
            route.go(steps.members(names), names[0] if len(names) == 1 else None)
        elif found := _INDEXES.match(source, self.at):
            numbers = tuple(int(number) for number in found[1].split(","))
            route.go(steps.indexes(numbers), numbers[0] if len(numbers) == 1 else None)
        elif found := _SLICE.match(source, self.at):
            start, end = (int(part) if part else None for part in found.groups())
            route.go(steps.sliced(slice(start, end)), None)
        elif source.startswith("[*]", self.at):
            route.go(steps.every, None)
            self.at += 3
            return
        elif found := _FILTER.match(source, self.at):
            self._filter(found.end(), filtered)
            return
        else:
            raise self.error()
        self.at = found.end()

    def _filter(self, at: int, filtered: Callable[[Condition], Step]) -> None:
        from orderlab.cloud.apigateway.json_path.filters import FilterReader

        reader = FilterReader(self._source, at, self._depth)
        self._route.go(filtered(reader.read()), None)
        self.at = reader.at
        if not self._source.startswith("]", self.at):
            raise self.error()
        self.at += 1


def _unquoted(quoted: str) -> str:
    return _ESCAPE.sub(r"\1", quoted[1:-1])


def compile_path(source: str) -> JsonPath:
    """The path of a text; JsonPathError if it cannot be read."""
    return _remembered(source) if len(source) <= _MAX_REMEMBERED else JsonPath(source)


_remembered = lru_cache(maxsize=1024)(JsonPath)
