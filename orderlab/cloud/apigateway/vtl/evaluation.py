"""What expressions compute: functions of the namespace, put together by the parser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.budget import Budget, BudgetSpent
from orderlab.cloud.apigateway.vtl import java
from orderlab.cloud.apigateway.vtl.errors import BUDGET
from orderlab.cloud.apigateway.vtl.methods import call, item, member

Namespace = dict[str, Any]
Expression = Callable[[Namespace], Any]
Binary = Callable[[Any, Any, Budget], Any]

_MAX_RANGE = 1_000_000


def constant(value: Any) -> Expression:
    """A literal: the same value each time."""
    return lambda ns: value


def variable(name: str) -> Expression:
    """`$name`: the value of a variable; null if it has none."""
    return lambda ns: ns.get(name)


def member_of(value: Expression, name: str) -> Expression:
    """`$value.name`: a member of a map or an object."""
    return lambda ns: member(value(ns), name)


def item_of(value: Expression, key: Expression) -> Expression:
    """`$value[key]`: an item of a list or a map."""
    return lambda ns: item(value(ns), key(ns))


def call_of(value: Expression, name: str, arguments: list[Expression]) -> Expression:
    """`$value.name(arguments)`: what a method returns."""
    if len(arguments) == 1:
        only = arguments[0]
        return lambda ns: call(value(ns), name, [only(ns)], ns[BUDGET])
    return lambda ns: call(value(ns), name, [argument(ns) for argument in arguments], ns[BUDGET])


def chain(first: Expression, rest: list[tuple[Binary, Expression]]) -> Expression:
    """Operators of one level, from left to right; long sums are not nested."""
    if not rest:
        return first
    if len(rest) == 1:
        apply, right = rest[0]
        return lambda ns: apply(first(ns), right(ns), ns[BUDGET])

    def value(ns: Namespace) -> Any:
        found, budget = first(ns), ns[BUDGET]
        for apply, right in rest:
            found = apply(found, right(ns), budget)
        return found

    return value


def negated(operand: Expression, times: int) -> Expression:
    """`!operand`, with so many exclamation marks."""
    if times % 2:
        return lambda ns: not java.truth(operand(ns))
    return lambda ns: java.truth(operand(ns))


def either(alternatives: list[Expression]) -> Expression:
    """Alternatives joined by `||`, evaluated up to the first that is true."""
    if len(alternatives) == 1:
        return alternatives[0]
    return lambda ns: any(java.truth(each(ns)) for each in alternatives)


def both(terms: list[Expression]) -> Expression:
    """Terms joined by `&&`, evaluated up to the first that is false."""
    if len(terms) == 1:
        return terms[0]
    return lambda ns: all(java.truth(each(ns)) for each in terms)


def java_list(items: list[Expression]) -> Expression:
    """`[first, second]`: a new list."""
    size = 56 + 16 * len(items)

    def value(ns: Namespace) -> java.JavaList:
        ns[BUDGET].make(size)
        return java.JavaList(each(ns) for each in items)

    return value


def java_map(pairs: list[tuple[Expression, Expression]]) -> Expression:
    """`{"key": value}`: a new map."""
    size = 64 + 100 * len(pairs)

    def value(ns: Namespace) -> dict[Any, Any]:
        ns[BUDGET].make(size)
        return {key(ns): value(ns) for key, value in pairs}

    return value


def number_range(first: Expression, last: Expression) -> Expression:
    """`[1..3]`; null if one of the ends is not a whole number."""

    def numbers(ns: Namespace) -> Any:
        start, end = first(ns), last(ns)
        if not (isinstance(start, int) and isinstance(end, int)):
            return None
        length = abs(end - start) + 1
        if length > _MAX_RANGE:
            raise BudgetSpent
        budget = ns[BUDGET]
        budget.spend(length >> 4)
        budget.make(40 * length)
        step = 1 if end >= start else -1
        return java.JavaList(range(start, end + step, step))

    return numbers
