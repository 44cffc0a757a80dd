"""Projections: parts of an item, each sent with the number of the path that leads to it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dax.protocol import attribute_values, cbor
from orderlab.cloud.dax.protocol.attribute_values import Item, Value
from orderlab.cloud.dax.protocol.expressions import Path


def value_at(item: Item, path: Path) -> Value | None:
    """The value that a path leads to; None if it leads nowhere."""
    found: Any = {"M": item}
    for part in path:
        inside = found.get("M" if isinstance(part, str) else "L")
        if inside is None:
            return None
        if isinstance(part, str):
            found = inside.get(part)
        else:
            found = inside[part] if part < len(inside) else None
        if found is None:
            return None
    return found  # type: ignore[no-any-return]


def encode_projected(item: Item, wanted: Sequence[Path]) -> bytes:
    """The values that the paths lead to, by the paths' numbers."""
    members = []
    for number, path in enumerate(wanted):
        value = value_at(item, path)
        if value is not None:
            members.append((cbor.integer(number), attribute_values.encode(value)))
    return cbor.pairs(members)


def require_apart(wanted: Sequence[Path]) -> None:
    """Raise ValidationException if one path leads to, or into, what another one leads to."""
    tree: dict[str | int, Any] = {}
    for number, path in enumerate(wanted):
        if not _planted(tree, path):
            other = next(each for each in wanted[:number] if not _apart(each, path))
            shorter = min(len(other), len(path))
            verb = "overlap" if other[:shorter] == path[:shorter] else "conflict"
            raise ValidationException(
                f"Invalid ProjectionExpression: Two document paths {verb} with each other; must "
                f"remove or rewrite one of these paths; path one: {_shown(other)}, "
                f"path two: {_shown(path)}"
            )


def _planted(tree: dict[str | int, Any], path: Path) -> bool:
    """Grow a branch; False if that collides with one that stands already."""
    node: dict[str | int, Any] | None = tree
    for at, part in enumerate(path):
        if node is None or (node and type(next(iter(node))) is not type(part)):
            return False
        last = at == len(path) - 1
        if last and part in node:
            return False
        node = node.setdefault(part, None if last else {})
    return True


def _apart(one: Path, other: Path) -> bool:
    for left, right in zip(one, other, strict=False):
        if left != right:
            return type(left) is type(right)
    return False


def _shown(path: Path) -> str:
    parts = ", ".join(part if isinstance(part, str) else f"[{part}]" for part in path)
    return f"[{parts}]"
