"""How AWS's messages show the value that they refuse: as Java writes objects.

A list of structures is shown as `[KeySchemaElement(attributeName=pk, keyType=HASH), ...]`.

Differs from AWS: members that a request leaves out are not shown, and a text that would be very
long is cut off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

LONGEST = 2000
DEEPEST = 20


def shown(value: Any, shape_name: str, shapes: dict[str, Any]) -> str:
    """The value of a shape of AWS's model, between the quotation marks of a message."""
    if not isinstance(value, list | dict):
        return cut(str(value))
    opening, closing = "[]" if isinstance(value, list) else "{}"
    whole = "".join(_within_limit(_pieces(value, shape_name, shapes, 0)))
    if len(whole) <= LONGEST:
        return whole
    return f"{opening}{whole[1:LONGEST]}...{closing}"


def cut(text: str) -> str:
    """A text as long as messages show it."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _within_limit(pieces: Iterator[str]) -> Iterator[str]:
    length = 0
    for piece in pieces:
        yield piece
        length += len(piece)
        if length > LONGEST:
            return


def _pieces(value: Any, name: str, shapes: dict[str, Any], depth: int) -> Iterator[str]:
    """The text in pieces, so that no more of it is made than is shown."""
    shape = shapes[name]
    if depth > DEEPEST:
        yield "..."
    elif shape["type"] == "structure" and isinstance(value, dict):
        members = [
            (f"{member[0].lower()}{member[1:]}=", value[member], content["shape"])
            for member, content in shape["members"].items()
            if member in value
        ]
        yield from _joined(f"{name}(", members, ")", shapes, depth)
    elif shape["type"] == "map" and isinstance(value, dict):
        kind = shape["value"]["shape"]
        entries = [(f"{key}=", content, kind) for key, content in value.items()]
        yield from _joined("{", entries, "}", shapes, depth)
    elif shape["type"] == "list" and isinstance(value, list):
        kind = shape["member"]["shape"]
        yield from _joined("[", [("", element, kind) for element in value], "]", shapes, depth)
    else:
        yield cut(str(value))


def _joined(
    opening: str,
    parts: list[tuple[str, Any, str]],
    closing: str,
    shapes: dict[str, Any],
    depth: int,
) -> Iterator[str]:
    yield opening
    for number, (label, content, kind) in enumerate(parts):
        yield f", {label}" if number else label
        yield from _pieces(content, kind, shapes, depth + 1)
    yield closing
