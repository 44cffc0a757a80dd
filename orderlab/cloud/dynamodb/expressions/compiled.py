"""Expressions of one request: each text is read once and kept, and so is what it uses.

A text is kept with the names it was given and the types of its values, since both decide what
it means; the values themselves are put in when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from orderlab.cloud.dynamodb.attribute_values import Item
from orderlab.cloud.dynamodb.expressions.condition_parser import ConditionParser, Values
from orderlab.cloud.dynamodb.expressions.conditions import Test, compile_condition, needs_check
from orderlab.cloud.dynamodb.expressions.key_conditions import KeyTest, key_tests
from orderlab.cloud.dynamodb.expressions.paths import Names, Path, read_path, require_apart
from orderlab.cloud.dynamodb.expressions.tokens import ExpressionReader
from orderlab.cloud.dynamodb.expressions.tree import (
    Attribute,
    Between,
    Comparison,
    Condition,
    Function,
    In,
    Joined,
    Not,
    Operand,
    Size,
)
from orderlab.cloud.dynamodb.expressions.update_parser import UpdateParser, UpdatePlan

NameItems = tuple[tuple[str, str], ...]
TypeItems = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Used:
    """The placeholders that an expression refers to."""

    names: frozenset[str]
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition or filter expression, ready to be asked."""

    test: Test
    tree: Condition
    # whether the values themselves must be looked at before it may run
    checks_values: bool
    # top-level attributes it reads
    attributes: frozenset[str]
    used: Used
    # how many words and signs it consists of
    weight: int


@dataclass(frozen=True, slots=True)
class CompiledKeyCondition:
    """A key condition: for each key attribute the test that it has to pass."""

    tests: dict[str, KeyTest]
    tree: Condition
    checks_values: bool
    used: Used


@dataclass(frozen=True, slots=True)
class CompiledUpdate:
    """An update expression: what it does, and the paths that it changes."""

    plan: UpdatePlan
    paths: tuple[Path, ...]
    used: Used


@dataclass(frozen=True, slots=True)
class CompiledProjection:
    """A projection expression: its paths, and the function that picks them out of an item."""

    paths: tuple[Path, ...]
    choose: Callable[[Item], Item]
    used: Used


def _parse(what: str, text: str, names: NameItems, types: TypeItems) -> tuple[Condition, Used, int]:
    known, values = Names(dict(names)), Values(dict(types))
    parser = ConditionParser(text, what, known, values)
    tree = parser.parse()
    return tree, Used(frozenset(known.used), frozenset(values.used)), parser.length


@lru_cache(maxsize=2000)
def condition(what: str, text: str, names: NameItems, types: TypeItems) -> CompiledCondition:
    """Compile a condition; `what` names the parameter. Raises ValidationException."""
    tree, used, weight = _parse(what, text, names, types)
    attributes = frozenset(attributes_of(tree))
    test = compile_condition(tree)
    return CompiledCondition(test, tree, needs_check(tree), attributes, used, weight)


@lru_cache(maxsize=1000)
def key_condition(text: str, names: NameItems, types: TypeItems) -> CompiledKeyCondition:
    """Compile a KeyConditionExpression. Raises ValidationException."""
    tree, used, _ = _parse("KeyConditionExpression", text, names, types)
    return CompiledKeyCondition(key_tests(tree), tree, needs_check(tree), used)


@lru_cache(maxsize=1000)
def update(text: str, names: NameItems, types: TypeItems) -> CompiledUpdate:
    """Compile an UpdateExpression. Raises ValidationException."""
    known, values = Names(dict(names)), Values(dict(types))
    plan = UpdateParser(text, known, values).parse()
    used = Used(frozenset(known.used), frozenset(values.used))
    return CompiledUpdate(plan, tuple(plan.paths), used)


@lru_cache(maxsize=1000)
def projection(text: str, names: NameItems) -> CompiledProjection:
    """Compile a ProjectionExpression. Raises ValidationException."""
    from orderlab.cloud.dynamodb.expressions.paths import select

    known = Names(dict(names))
    reader = ExpressionReader(text, "ProjectionExpression")
    paths = [read_path(reader, known)]
    while reader.accept(","):
        paths.append(read_path(reader, known))
    if reader.next.kind != "end":
        raise reader.unexpected()
    require_apart(paths, "ProjectionExpression")
    chosen = tuple(paths)
    used = Used(frozenset(known.used), frozenset())
    return CompiledProjection(chosen, lambda item: select(item, chosen), used)


def attributes_of(tree: Condition) -> set[str]:
    """The top-level attributes that a condition reads."""
    if isinstance(tree, Joined):
        return set().union(*map(attributes_of, tree.parts))
    if isinstance(tree, Not):
        return attributes_of(tree.condition)
    return {name for operand in _operands(tree) for name in _attribute(operand)}


def _operands(tree: Comparison | Between | In | Function) -> tuple[Operand, ...]:
    if isinstance(tree, Comparison):
        return (tree.left, tree.right)
    if isinstance(tree, Between):
        return (tree.operand, tree.low, tree.high)
    return (tree.operand, *tree.among) if isinstance(tree, In) else tree.operands


def _attribute(operand: Operand) -> set[str]:
    inner: Any = operand.of if isinstance(operand, Size) else operand
    return {str(inner.path[0])} if isinstance(inner, Attribute) else set()
