"""Key conditions: the partition that a Query reads, and the range of sort keys in it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb.attribute_values import Value
from orderlab.cloud.dynamodb.errors import NOT_VALID, invalid
from orderlab.cloud.dynamodb.expressions.conditions import GivenValues
from orderlab.cloud.dynamodb.expressions.tokens import refusal
from orderlab.cloud.dynamodb.expressions.tree import (
    Attribute,
    Between,
    Comparison,
    Condition,
    Function,
    Given,
    Joined,
    Not,
    Operand,
)
from orderlab.cloud.dynamodb.rows import TOP, AfterPrefix, Key
from orderlab.cloud.dynamodb.schema import KeySchema, key_part

WHAT = "KeyConditionExpression"
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class KeyTest:
    """One condition on one key attribute. `operator` is a sign, BETWEEN or begins_with."""

    attribute: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The keys that a Query may return: two bounds, and whether they belong to it."""

    low: Key
    high: Key
    inclusive: tuple[bool, bool]
    # the length of the part of the bounds that every row of the range begins with
    prefix_length: int


def key_tests(condition: Condition) -> dict[str, KeyTest]:
    """The tests by attribute; ValidationException for what a key condition cannot be."""
    tests: dict[str, KeyTest] = {}
    for part in _parts(condition):
        test = _test(part)
        if test.attribute in tests:
            raise ValidationException(
                "KeyConditionExpressions must only contain one condition per key"
            )
        tests[test.attribute] = test
    return tests


def _parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Joined) and condition.operator == "AND":
        for part in condition.parts:
            yield from _parts(part)
    elif isinstance(condition, Joined | Not):
        name = condition.operator if isinstance(condition, Joined) else "NOT"
        raise refusal(WHAT, f"Invalid operator used in KeyConditionExpression: {name}")
    else:
        yield condition


def _test(condition: Condition) -> KeyTest:
    if isinstance(condition, Comparison):
        if condition.operator == "<>":
            raise refusal(WHAT, "Invalid operator used in KeyConditionExpression: <>")
        if isinstance(condition.left, Given):
            operator = _MIRRORED[condition.operator]
            return KeyTest(_name(condition.right), operator, (_value(condition.left),))
        return KeyTest(_name(condition.left), condition.operator, (_value(condition.right),))
    if isinstance(condition, Between):
        bounds = (_value(condition.low), _value(condition.high))
        return KeyTest(_name(condition.operand), "BETWEEN", bounds)
    if isinstance(condition, Function):
        if condition.name != "begins_with":
            raise refusal(
                WHAT, f"Invalid operator used in KeyConditionExpression: {condition.name}"
            )
        attribute, prefix = condition.operands
        return KeyTest(_name(attribute), "begins_with", (_value(prefix),))
    raise refusal(WHAT, "Invalid operator used in KeyConditionExpression: IN")


def _name(operand: Operand) -> str:
    if isinstance(operand, Attribute):
        if len(operand.path) > 1:
            raise refusal(
                WHAT, "KeyConditionExpressions cannot have conditions on nested attributes"
            )
        return str(operand.path[0])
    raise refusal(WHAT, "Invalid condition in KeyConditionExpression: No key attribute specified")


def _value(operand: Operand) -> str:
    if isinstance(operand, Given):
        return operand.name
    if isinstance(operand, Attribute):
        raise refusal(
            WHAT,
            "Invalid condition in KeyConditionExpression: Multiple attribute names used in one "
            "condition",
        )
    raise refusal(WHAT, "KeyConditionExpressions cannot contain nested operations")


def key_range(tests: dict[str, KeyTest], keys: KeySchema, values: GivenValues) -> KeyRange:
    """The range of row keys under the tests; ValidationException if they do not fit the key."""
    _check_fit(tests, keys)
    for test in tests.values():
        for name in test.values:
            _check_value(test, values[name], keys)
    given = {name: values[tests[name].values[0]] for name in keys.partition}
    prefix = list(keys.prefix(given))
    for name in keys.sort:
        found = tests.get(name)
        if found is None:
            break
        parts = [key_part(values[value]) for value in found.values]
        if found.operator != "=":
            return _bounded(found.operator, tuple(prefix), parts)
        prefix.append(parts[0])
    whole = tuple(prefix)
    return KeyRange(whole, (*whole, TOP), (True, True), len(whole))


def _bounded(operator: str, prefix: Key, parts: list[Any]) -> KeyRange:
    first = parts[0]
    low, high = prefix, (*prefix, TOP)
    if operator in (">", ">="):
        low = (*prefix, first) if operator == ">=" else (*prefix, first, TOP)
    elif operator in ("<", "<="):
        high = (*prefix, first) if operator == "<" else (*prefix, first, TOP)
    elif operator == "BETWEEN":
        low, high = (*prefix, first), (*prefix, parts[1], TOP)
    elif first:
        low, high = (*prefix, first), (*prefix, AfterPrefix(first))
    # rows equal to a bound belong to it only where the bound is meant to be reached
    return KeyRange(low, high, (True, operator != "<"), len(prefix))


def _check_fit(tests: dict[str, KeyTest], keys: KeySchema) -> None:
    for name in keys.partition:
        if name not in tests:
            raise ValidationException(f"Query condition missed key schema element: {name}")
        if tests[name].operator != "=":
            raise ValidationException("Query key condition not supported")
    gap: str | None = None
    for name in keys.sort:
        if name in tests and gap is not None:
            raise ValidationException(f"Query condition missed key schema element: {gap}")
        if name not in tests or tests[name].operator != "=":
            gap = gap or name
    for name in tests:
        if name not in keys.names:
            missing = next((key for key in keys.sort if key not in tests), None)
            if missing is None:
                raise ValidationException("Query key condition not supported")
            raise ValidationException(f"Query condition missed key schema element: {missing}")


def _check_value(test: KeyTest, value: Value, keys: KeySchema) -> None:
    if keys.types[test.attribute] not in value:
        raise invalid("Condition parameter type does not match schema type")
    if test.operator != "begins_with" and not next(iter(value.values())):
        raise ValidationException(
            f"{NOT_VALID}The AttributeValue for a key attribute cannot contain an empty string "
            f"value. Key: {test.attribute}"
        )
