"""What an expression consists of, once it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from orderlab.cloud.dynamodb.expressions.paths import Path


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a document path leads to."""

    path: Path


@dataclass(frozen=True, slots=True)
class Given:
    """A `:value` of the request, and its type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Size:
    """`size(operand)`."""

    of: Attribute | Given


Operand = Attribute | Given | Size


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left < right`, or another operator."""

    operator: Literal["=", "<>", "<", "<=", ">", ">="]
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """`operand BETWEEN low AND high`."""

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    """`operand IN (...)`."""

    operand: Operand
    among: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """attribute_exists, attribute_not_exists, attribute_type, begins_with or contains."""

    name: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT condition`."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by `AND` or by `OR`."""

    operator: Literal["AND", "OR"]
    parts: tuple[Condition, ...]


Condition = Comparison | Between | In | Function | Not | Joined
