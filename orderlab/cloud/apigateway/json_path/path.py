"""Paths: read once, followed often.

A definite path (`$.order.items[0].sku`), the usual kind, is followed key by key. Filters are read
and evaluated here as well, not by a library: python-jsonpath 2.2 does not have Jayway's operators
(`nin`, `size`, `empty`, `subsetof`, `anyof`, `noneof`) and functions, does not compare numbers with
texts as Jayway does, and takes six times as long. Above all it cannot be stopped: documents and
paths come from clients, and every value that is looked at must be taken from the request's budget.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
https://github.com/json-path/JsonPath
Differs from AWS: the functions append, concat and index are unknown.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.json_path.path_reader import PathReader
from orderlab.cloud.apigateway.json_path.route import Route
from orderlab.cloud.apigateway.json_path.steps import Condition, Search

_MAX_LENGTH = 20_000
_MAX_REMEMBERED = 1000


class JsonPath:
    """A path that was read; JsonPathError if it cannot be."""

    def __init__(self, source: str) -> None:
        if len(source) > _MAX_LENGTH:
            raise JsonPathError(f"A path of {len(source)} characters is too long")
        text = source.strip()
        if not text.startswith(("$", "@")):
            text = f"$.{text}" if not text.startswith("[") else f"${text}"
        reader = PathReader(text, 1, _read_filter)
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


def _read_filter(source: str, at: int, depth: int) -> tuple[Condition, int]:
    # with its regular expressions, which few paths need, loaded when the first filter is read
    from orderlab.cloud.apigateway.json_path.filters import FilterReader

    reader = FilterReader(source, at, _read_path, depth)
    return reader.read(), reader.at


def _read_path(source: str, at: int, depth: int) -> tuple[Route, int]:
    """A path inside a filter."""
    reader = PathReader(source, at, _read_filter, in_filter=True, depth=depth)
    return reader.read(), reader.at


def compile_path(source: str) -> JsonPath:
    """The path of a text; JsonPathError if it cannot be read."""
    return _remembered(source) if len(source) <= _MAX_REMEMBERED else JsonPath(source)


_remembered = lru_cache(maxsize=1024)(JsonPath)
