"""What an operator or function takes, as far as that can be told without an item."""

from __future__ import annotations

from collections.abc import Sequence

from orderlab.cloud.dynamodb.expressions.paths import shown
from orderlab.cloud.dynamodb.expressions.tokens import ExpressionReader
from orderlab.cloud.dynamodb.expressions.tree import (
    Attribute,
    Between,
    Comparison,
    Function,
    Given,
    In,
    Operand,
    Size,
)

MAX_IN_OPERANDS = 100
ORDERED = frozenset({"S", "N", "B"})
SIZED = frozenset({"S", "B", "SS", "NS", "BS", "L", "M"})
# how many operands each function takes
FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}


def comparison(condition: Comparison, reader: ExpressionReader) -> None:
    """Check the operands of a comparison. Raises ValidationException."""
    if condition.operator not in ("=", "<>"):
        for operand in (condition.left, condition.right):
            _require(condition.operator, operand, ORDERED, reader)
    _distinct(condition.operator, condition.left, [condition.right], reader)


def between(condition: Between, reader: ExpressionReader) -> None:
    """Check the operands of BETWEEN. Raises ValidationException."""
    for operand in (condition.operand, condition.low, condition.high):
        _require("BETWEEN", operand, ORDERED, reader)
    low, high = condition.low, condition.high
    if isinstance(low, Given) and isinstance(high, Given) and low.type != high.type:
        raise reader.refusal(
            "The BETWEEN operator requires same data type for lower and upper bounds; "
            f"lower bound operand: AttributeValue: {{{low.type}}}, "
            f"upper bound operand: AttributeValue: {{{high.type}}}"
        )


def membership(condition: In, reader: ExpressionReader) -> None:
    """Check the operands of IN. Raises ValidationException."""
    if len(condition.among) > MAX_IN_OPERANDS:
        _wrong_number("IN", len(condition.among) + 1, reader)
    _distinct("IN", condition.operand, condition.among, reader)


def function(condition: Function, reader: ExpressionReader) -> None:
    """Check the operands of a function. Raises ValidationException."""
    name, operands = condition.name, condition.operands
    count(name, operands, reader)
    if name.startswith("attribute_") and not isinstance(operands[0], Attribute):
        raise reader.refusal(
            f"Operator or function requires a document path; operator or function: {name}"
        )
    if name == "attribute_type":
        if not isinstance(operands[1], Given):
            _wrong_type(name, "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}", reader)
        _require(name, operands[1], frozenset("S"), reader)
    if name == "begins_with":
        for operand in operands:
            _require(name, operand, frozenset({"S", "B"}), reader)
    if name in ("begins_with", "contains"):
        _distinct(name, operands[0], operands[1:], reader)


def count(name: str, operands: Sequence[Operand], reader: ExpressionReader) -> None:
    """Raise ValidationException for the wrong number of operands of a function."""
    if len(operands) != FUNCTIONS[name]:
        _wrong_number(name, len(operands), reader)


def sized(operand: Operand, reader: ExpressionReader) -> None:
    """Raise ValidationException for an operand of `size` that has no size."""
    _require("size", operand, SIZED, reader)


def _require(name: str, operand: Operand, types: frozenset[str], reader: ExpressionReader) -> None:
    kind = "N" if isinstance(operand, Size) else None
    kind = operand.type if isinstance(operand, Given) else kind
    if kind is not None and kind not in types:
        _wrong_type(name, kind, reader)


def _wrong_type(name: str, kind: str, reader: ExpressionReader) -> None:
    raise reader.refusal(
        "Incorrect operand type for operator or function; "
        f"operator or function: {name}, operand type: {kind}"
    )


def _wrong_number(name: str, number: int, reader: ExpressionReader) -> None:
    raise reader.refusal(
        "Incorrect number of operands for operator or function; "
        f"operator or function: {name}, number of operands: {number}"
    )


def _distinct(
    name: str, first: Operand, others: Sequence[Operand], reader: ExpressionReader
) -> None:
    if isinstance(first, Attribute) and first in others:
        raise reader.refusal(
            "The first operand must be distinct from the remaining operands for this operator or "
            f"function; operator: {name}, first operand: {shown(first.path)}"
        )
