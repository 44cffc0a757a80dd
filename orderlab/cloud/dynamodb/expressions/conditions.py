"""Conditions that run: a tree made into functions of an item and the request's values.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from orderlab.cloud.dynamodb.attribute_values import Item, Value, binary, kind_of
from orderlab.cloud.dynamodb.expressions.operand_checks import ORDERED
from orderlab.cloud.dynamodb.expressions.paths import value_at
from orderlab.cloud.dynamodb.expressions.tokens import refusal
from orderlab.cloud.dynamodb.expressions.tree import (
    Attribute,
    Between,
    Comparison,
    Condition,
    Function,
    Given,
    In,
    Joined,
    Not,
    Operand,
)
from orderlab.cloud.dynamodb.schema import key_part

GivenValues = Mapping[str, Value]
Test = Callable[[Item, GivenValues], bool]
Evaluate = Callable[[Item, GivenValues], Value | None]

TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_condition(condition: Condition) -> Test:
    """A function that tells whether the condition holds for an item."""
    return _COMPILERS[type(condition)](condition)


def compile_operand(operand: Operand) -> Evaluate:
    """A function that gives the operand's value for an item; None if the item does not have it."""
    if isinstance(operand, Given):
        name = operand.name
        return lambda item, values: values[name]
    if isinstance(operand, Attribute):
        path = operand.path
        if len(path) == 1:
            attribute = path[0]
            return lambda item, values: item.get(attribute)  # type: ignore[arg-type]
        return lambda item, values: value_at(item, path)
    inner = compile_operand(operand.of)
    return lambda item, values: _size(inner(item, values))


def _size(value: Value | None) -> Value | None:
    if value is None:
        return None
    kind, content = next(iter(value.items()))
    if kind == "B":
        content = binary(content)
    elif kind in ("N", "BOOL", "NULL"):
        return None
    return {"N": str(len(content))}


def _joined(condition: Joined) -> Test:
    parts = [compile_condition(part) for part in condition.parts]
    if condition.operator == "AND":
        return lambda item, values: all(part(item, values) for part in parts)
    return lambda item, values: any(part(item, values) for part in parts)


def _not(condition: Not) -> Test:
    inner = compile_condition(condition.condition)
    return lambda item, values: not inner(item, values)


def _comparison(condition: Comparison) -> Test:
    left, right = compile_operand(condition.left), compile_operand(condition.right)
    if condition.operator == "=":
        return lambda item, values: _equal(left(item, values), right(item, values))
    if condition.operator == "<>":
        return lambda item, values: not _equal(left(item, values), right(item, values))
    compare = _ORDER[condition.operator]
    return lambda item, values: ordered(left(item, values), right(item, values), compare)


def _equal(left: Value | None, right: Value | None) -> bool:
    return left is not None and left == right


def ordered(left: Value | None, right: Value | None, compare: Callable[[Any, Any], bool]) -> bool:
    """Compare by order; values of different types, or of types without order, never match."""
    if left is None or right is None or left.keys() != right.keys():
        return False
    if kind_of(left) not in ORDERED:
        return False
    return compare(key_part(left), key_part(right))


def _between(condition: Between) -> Test:
    operand = compile_operand(condition.operand)
    low, high = compile_operand(condition.low), compile_operand(condition.high)

    def test(item: Item, values: GivenValues) -> bool:
        value = operand(item, values)
        return ordered(low(item, values), value, operator.le) and ordered(
            value, high(item, values), operator.le
        )

    return test


def _in(condition: In) -> Test:
    operand = compile_operand(condition.operand)
    among = [compile_operand(one) for one in condition.among]

    def test(item: Item, values: GivenValues) -> bool:
        value = operand(item, values)
        return any(_equal(value, one(item, values)) for one in among)

    return test


def _function(condition: Function) -> Test:
    first, *rest = map(compile_operand, condition.operands)
    if condition.name == "attribute_exists":
        return lambda item, values: first(item, values) is not None
    if condition.name == "attribute_not_exists":
        return lambda item, values: first(item, values) is None
    second = rest[0]
    decide = _DECISIONS[condition.name]
    return lambda item, values: decide(first(item, values), second(item, values))


def _attribute_type(value: Value | None, wanted: Value | None) -> bool:
    return value is not None and wanted is not None and wanted["S"] in value


def _begins_with(value: Value | None, prefix: Value | None) -> bool:
    if value is None or prefix is None or value.keys() != prefix.keys():
        return False
    if kind_of(value) not in ("S", "B"):
        return False
    return bool(key_part(value).startswith(key_part(prefix)))


def _contains(value: Value | None, wanted: Value | None) -> bool:
    if value is None or wanted is None:
        return False
    kind, content = next(iter(value.items()))
    wanted_kind, wanted_content = next(iter(wanted.items()))
    if kind == "L":
        # in parts, since nobody else can run while a whole list is searched
        return any(wanted in content[at : at + 5000] for at in range(0, len(content), 5000))
    if kind in ("SS", "NS", "BS"):
        return kind == wanted_kind + "S" and wanted_content in content
    if kind in ("S", "B") and kind == wanted_kind:
        return key_part(wanted) in key_part(value)
    return False


_DECISIONS: dict[str, Callable[[Value | None, Value | None], bool]] = {
    "attribute_type": _attribute_type,
    "begins_with": _begins_with,
    "contains": _contains,
}
_COMPILERS: dict[type, Callable[[Any], Test]] = {
    Joined: _joined,
    Not: _not,
    Comparison: _comparison,
    Between: _between,
    In: _in,
    Function: _function,
}


def check_given(condition: Condition, values: GivenValues, what: str) -> None:
    """The checks that need the values themselves; refused before any item is looked at."""
    if isinstance(condition, Joined):
        for part in condition.parts:
            check_given(part, values, what)
    elif isinstance(condition, Not):
        check_given(condition.condition, values, what)
    elif isinstance(condition, Between):
        check_bounds(condition, values, what)
    elif isinstance(condition, Function) and condition.name == "attribute_type":
        named = condition.operands[1]
        if isinstance(named, Given) and values[named.name]["S"] not in TYPES:
            raise refusal(
                what,
                f"Invalid attribute type name found; type: {values[named.name]['S']}, "
                f"valid types: {{{','.join(TYPES)}}}",
            )


def check_bounds(condition: Between, values: GivenValues, what: str) -> None:
    """Raise ValidationException for a BETWEEN whose lower bound is above the upper one."""
    low, high = condition.low, condition.high
    if not (isinstance(low, Given) and isinstance(high, Given)):
        return
    if key_part(values[low.name]) > key_part(values[high.name]):
        raise refusal(
            what,
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            f"lower bound operand: AttributeValue: {_shown(values[low.name])}, "
            f"upper bound operand: AttributeValue: {_shown(values[high.name])}",
        )


def _shown(value: Value) -> str:
    kind, content = next(iter(value.items()))
    return f"{{{kind}:{content}}}"


def needs_check(condition: Condition) -> bool:
    """Whether `check_given` has anything to look at."""
    if isinstance(condition, Joined):
        return any(map(needs_check, condition.parts))
    if isinstance(condition, Not):
        return needs_check(condition.condition)
    if isinstance(condition, Function):
        return condition.name == "attribute_type"
    return isinstance(condition, Between)
