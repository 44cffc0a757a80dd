"""The grammar of paths: names, numbers, slices, wildcards, filters and functions."""

from __future__ import annotations

import re
from collections.abc import Callable

from orderlab.cloud.apigateway.json_path import steps
from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.json_path.functions import FUNCTIONS
from orderlab.cloud.apigateway.json_path.route import Route
from orderlab.cloud.apigateway.json_path.steps import Condition, Step

# reads a filter of a source from a place on, at a depth of nesting; gives it and where it ends
ReadFilter = Callable[[str, int, int], tuple[Condition, int]]

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


class PathReader:
    """Reads a path from a place on; `at` is where it ended.

    Inside a filter, a name also ends where an operator begins.
    """

    def __init__(
        self,
        source: str,
        at: int,
        read_filter: ReadFilter,
        *,
        in_filter: bool = False,
        depth: int = 0,
    ) -> None:
        self._source = source
        self.at = at
        self._read_filter = read_filter
        self._name_pattern = _NAME_IN_FILTER if in_filter else _NAME
        self._depth = depth
        self._route = Route(source.startswith("@", at - 1))

    def error(self) -> JsonPathError:
        """The error of a path that cannot be read from here on."""
        return JsonPathError(f"{self._source!r} cannot be read from {self._source[self.at :]!r}")

    def read(self) -> Route:
        """Where the path leads.

        Raises:
            JsonPathError: if it cannot be read.
        """
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
        condition, self.at = self._read_filter(self._source, at, self._depth)
        self._route.go(filtered(condition), None)
        if not self._source.startswith("]", self.at):
            raise self.error()
        self.at += 1


def _unquoted(quoted: str) -> str:
    return _ESCAPE.sub(r"\1", quoted[1:-1])
