"""The steps of a path: each takes the values reached so far and gives those that it leads to.

Every value that is looked at takes a step from the budget: the document is the client's, and the
path may be as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.apigateway.budget import Budget


@dataclass(slots=True)
class Search:
    """One use of a path: the document that `$` stands for, and what may be spent on it."""

    root: Any
    budget: Budget


Values = list[Any]
Step = Callable[[Values, Search], Values]
Condition = Callable[[Any, Search], bool]


def members(names: tuple[str, ...]) -> Step:
    """`.name`, `['name', 'other']`."""

    def step(values: Values, search: Search) -> Values:
        search.budget.spend(len(values) * len(names))
        return [
            value[name]
            for value in values
            if isinstance(value, dict)
            for name in names
            if name in value
        ]

    return step


def indexes(numbers: tuple[int, ...]) -> Step:
    """`[0]`, `[0, 2]`, `[-1]`: items of a list by their place."""

    def step(values: Values, search: Search) -> Values:
        search.budget.spend(len(values) * len(numbers))
        return [
            value[number]
            for value in values
            if isinstance(value, list)
            for number in numbers
            if -len(value) <= number < len(value)
        ]

    return step


def sliced(part: slice) -> Step:
    """`[1:3]`: a range of a list."""

    def step(values: Values, search: Search) -> Values:
        found: Values = []
        for value in values:
            search.budget.spend(1)
            if isinstance(value, list):
                items = value[part]
                search.budget.spend(len(items))
                found += items
        return found

    return step


def _children(value: Any) -> Values:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def every(values: Values, search: Search) -> Values:
    """`.*`, `[*]`: all members of a map, all items of a list."""
    found: Values = []
    for value in values:
        items = _children(value)
        search.budget.spend(len(items) + 1)
        found += items
    return found


def descend(values: Values, search: Search) -> Values:
    """`..`: the values and all below them, without recursion: documents come from clients."""
    found: Values = []
    spend = search.budget.spend
    for value in values:
        waiting = [value]
        while waiting:
            current = waiting.pop()
            spend(1)
            found.append(current)
            if isinstance(current, dict | list):
                waiting += reversed(_children(current))
    return found


def filtered(condition: Condition) -> Step:
    """`[?(...)]`: the items of a list, or a map itself, for which the condition holds."""

    def step(values: Values, search: Search) -> Values:
        found: Values = []
        for value in values:
            candidates = value if isinstance(value, list) else [value]
            search.budget.spend(len(candidates) + 1)
            found += [each for each in candidates if condition(each, search)]
        return found

    return step


def filtered_maps(condition: Condition) -> Step:
    """`..[?(...)]`: the maps among all values below for which the condition holds."""

    def step(values: Values, search: Search) -> Values:
        search.budget.spend(len(values))
        return [each for each in values if isinstance(each, dict) and condition(each, search)]

    return step
