"""The values of a query call, read from its form by the shape of what is wanted.

SDKs of all ages write the same call in several ways. AWS reads all of these, and so does this:
`AttributeName.1=All`, `AttributeNames.member.1=All` and, where there is only one,
`AttributeName=All`; `Attribute.1.Name`, `Attributes.entry.1.key` and `Attribute.Name`. Numbers may
leave gaps.

moto has a reader of such forms as well (`moto.core.parse`). It reads one spelling of each name,
ends a list at the first gap, raises ValueError for a number that is none, and takes time that grows
with the square of the fields: seven seconds for 7,500 of them, which hold the event loop.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.protocols.wire_shapes import WireShape

# a value of the form is a text, or further names below it
Branch = dict[str, Any]

# more steps than any parameter of any service has
DEEPEST = 24
LONGEST_INDEX = 9
_WHOLE = re.compile(r"[-+]?\d{1,19}", re.ASCII)
_WRAPPERS = ("member", "entry")
_KEY_NAMES = ("Name", "name", "Key", "key")
_VALUE_NAMES = ("Value", "value")


def read_form(shape: WireShape, fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters of a call. Raises MalformedInput for a value of the wrong type."""
    tree: Branch = {}
    for name, value in fields:
        _plant(tree, name.split(".", DEEPEST), value)
    return _structure(shape, tree)


def _plant(tree: Branch, path: list[str], value: str) -> None:
    for step in path[:-1]:
        below = tree.setdefault(step, {})
        if not isinstance(below, dict):
            return
        tree = below
    tree.setdefault(path[-1], value)


def _read(shape: WireShape, found: Any) -> Any:
    if shape.kind == "structure":
        return _structure(shape, found)
    if shape.kind == "list":
        assert shape.item is not None
        return [_read(shape.item, value) for value in _numbered(found, shape)]
    if shape.kind == "map":
        return _map(shape, found)
    return _scalar(shape.kind, found)


def _structure(shape: WireShape, found: Any) -> dict[str, Any]:
    branch = found if isinstance(found, dict) else {}
    result: dict[str, Any] = {}
    for wire_name, below in branch.items():
        name, member = shape.taken.get(wire_name, (None, None))
        if name is None or member is None or below == {}:
            continue
        value = _read(member, below)
        known = result.get(name)
        if known is None:
            result[name] = value
        elif member.kind == "list":
            known.extend(value)
        elif member.kind == "map":
            known.update(value)
    return result


def _map(shape: WireShape, found: Any) -> dict[str, Any]:
    assert shape.item is not None
    result = {}
    for entry in _numbered(found, shape):
        if not isinstance(entry, dict):
            raise _malformed(entry, "map")
        key = _part(entry, shape.key_name, _KEY_NAMES)
        value = _part(entry, shape.value_name, _VALUE_NAMES)
        result[key if isinstance(key, str) else ""] = _read(shape.item, value)
    return result


def _part(entry: Branch, name: str, others: tuple[str, ...]) -> Any:
    if name in entry:
        return entry[name]
    return next((entry[other] for other in others if other in entry), "")


def _numbered(found: Any, shape: WireShape) -> list[Any]:
    """The values below `.1`, `.2` ..., with or without a name such as `member` before them."""
    if not isinstance(found, dict):
        # an empty list is written as an empty value
        return [found] if found else []
    indexes = _indexes(found)
    if not indexes:
        for name in (shape.item_name, *_WRAPPERS):
            if name in found:
                # without a number, there is one
                below = found[name]
                indexes = _indexes(below) if isinstance(below, dict) else []
                return [below[key] for key in indexes] or ([below] if below else [])
        return [found]
    return [found[key] for key in indexes]


def _indexes(found: Branch) -> list[str]:
    keys = [key for key in found if key.isdecimal() and len(key) <= LONGEST_INDEX]
    return keys if len(keys) < 2 else sorted(keys, key=int)


def _scalar(kind: str, found: Any) -> Any:
    text = found if isinstance(found, str) else ""
    if kind in ("integer", "long"):
        if not _WHOLE.fullmatch(text):
            raise _malformed(text, kind)
        return int(text)
    if kind in ("float", "double"):
        try:
            return float(text)
        except ValueError:
            raise _malformed(text, kind) from None
    if kind == "boolean":
        return text.lower() == "true"
    return text


def _malformed(text: Any, kind: str) -> AwsError:
    return AwsError(f"{text!r} is not a valid value of type {kind}.", code="MalformedInput")
