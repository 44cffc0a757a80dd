"""The operators of filters. Texts and numbers are compared as Jayway's JsonPath compares them.

https://github.com/json-path/JsonPath#filter-operators
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cached_property
from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.java import is_number, same, string_of
from orderlab.cloud.apigateway.vtl.regular_expressions import java_pattern

Operator = Callable[[Any, Any, Budget], bool]

# stands for the value of a path that leads nowhere; null is a value
MISSING = object()


class Pattern:
    """A regular expression in a filter: `/expression/flags`."""

    def __init__(self, source: str, flags: str) -> None:
        if set(flags) - set("imsxud"):
            raise JsonPathError(f"unknown flags of a regular expression: {flags}")
        self._source = f"(?{flags})" * bool(flags) + source
        self._compiled  # noqa: B018  # an invalid expression is refused when the path is read

    @cached_property
    def _compiled(self) -> Any:
        try:
            return java_pattern(self._source)
        except TemplateError as error:
            raise JsonPathError(str(error)) from None

    def fits(self, value: Any) -> bool:
        """Whether the whole of a text or a number fits."""
        if not isinstance(value, str | int | float) or value is MISSING:
            return False
        text = string_of(value)
        return bool(self._compiled.matches(text))


def _equal(left: Any, right: Any, budget: Budget) -> bool:
    if left is MISSING or right is MISSING:
        return left is right
    if isinstance(left, str) and is_number(right):
        left, right = right, left
    if is_number(left) and isinstance(right, str):
        try:
            return bool(left == float(right))
        except ValueError:
            return False
    return same(left, right, budget)


def _matches(left: Any, right: Any, budget: Budget) -> bool:
    if isinstance(left, Pattern):
        left, right = right, left
    return isinstance(right, Pattern) and right.fits(left)


def _ordered(compare: Callable[[Any, Any], bool]) -> Operator:
    def apply(left: Any, right: Any, budget: Budget) -> bool:
        numbers = is_number(left) and is_number(right)
        texts = isinstance(left, str) and isinstance(right, str)
        return (numbers or texts) and compare(left, right)

    return apply


def _among(value: Any, items: Any, budget: Budget) -> bool:
    return isinstance(items, list) and any(_equal(value, each, budget) for each in items)


def _contains(left: Any, right: Any, budget: Budget) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and right in left
    return _among(right, left, budget)


def _subset(left: Any, right: Any, budget: Budget) -> bool:
    return isinstance(left, list) and all(_among(each, right, budget) for each in left)


def _any_of(left: Any, right: Any, budget: Budget) -> bool:
    return isinstance(left, list) and any(_among(each, right, budget) for each in left)


def _all(left: Any, right: Any, budget: Budget) -> bool:
    return _subset(right, left, budget)


def _size(left: Any, right: Any, budget: Budget) -> bool:
    return isinstance(left, list | str) and len(left) == right


def _empty(left: Any, right: Any, budget: Budget) -> bool:
    return isinstance(left, list | str | dict) and (not left) is right


def _not(negated: Operator) -> Operator:
    return lambda left, right, budget: not negated(left, right, budget)


OPERATORS: dict[str, Operator] = {
    "==": _equal,
    "===": _equal,
    "!=": _not(_equal),
    "!==": _not(_equal),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "=~": _matches,
    "in": _among,
    "nin": _not(_among),
    "contains": _contains,
    "subsetof": _subset,
    "anyof": _any_of,
    "noneof": _not(_any_of),
    "all": _all,
    "size": _size,
    "empty": _empty,
}
