"""Projections: parts of an item, each sent with the number of the path that leads to it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
