"""Patch operations: how the Update calls change a document.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.apigateway.control.errors import bad_request
from orderlab.cloud.apigateway.model.state import Document

Convert = Callable[[str], Any]
_MOST_WHOLE = 1 << 31


def text(value: str) -> str:
    """The value of a patch operation as it stands."""
    return value


def flag(value: str) -> bool:
    """The value of a patch operation as a boolean: only `true` is."""
    return value.lower() == "true"


def whole(value: str) -> int:
    """The value of a patch operation as a whole number. Raises BadRequestException."""
    try:
        found = int(value)
    except ValueError:
        found = _MOST_WHOLE
    if abs(found) >= _MOST_WHOLE:
        raise bad_request(f"Invalid integer value {value[:100]!r} specified")
    return found


def number(value: str) -> float:
    """The value of a patch operation as a number. Raises BadRequestException."""
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise bad_request(f"Invalid number {value[:100]!r} specified")
    return found


@dataclass(frozen=True, slots=True)
class Patchable:
    """What may be patched: single members, maps (`/variables/name`) and lists (`/list/value`).

    `removable` members may be removed as well as replaced. A replacement without a value, or with
    an empty one, unsets them too; for those in `defaults` it brings the default back.
    """

    members: Mapping[str, Convert]
    maps: Mapping[str, Convert] = frozenset()  # type: ignore[assignment]
    lists: frozenset[str] = frozenset()
    removable: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = frozenset()  # type: ignore[assignment]


def apply(document: Document, operations: list[Document], allowed: Patchable) -> Document:
    """Change a document in place and return it; BadRequestException for what cannot be patched."""
    for operation in operations:
        _apply(document, operation, allowed)
    return document


def parts_of(path: str) -> list[str]:
    """The parts of a JSON pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in path.lstrip("/").split("/")]


def value_of(operation: Document) -> str:
    """The value of a patch operation as a text; empty if it has none."""
    value = operation.get("value")
    return value if isinstance(value, str) else "" if value is None else str(value)


def _apply(document: Document, operation: Document, allowed: Patchable) -> None:
    op, path = operation["op"], operation.get("path")
    if not isinstance(path, str):
        raise bad_request("Invalid patch path null")
    parts = parts_of(path)
    if len(parts) == 1 and parts[0] in allowed.members:
        _apply_member(document, operation, parts[0], allowed)
    elif parts[0] in allowed.lists:
        _apply_list(document, operation, parts)
    elif len(parts) == 2 and parts[0] in allowed.maps:
        _apply_map(document, operation, parts, allowed.maps[parts[0]])
    elif op in ("add", "remove") and not (allowed.maps or allowed.lists):
        raise _unsupported(path, op)
    else:
        raise _unknown(path, op, allowed)


def _apply_member(document: Document, operation: Document, name: str, allowed: Patchable) -> None:
    op, path = operation["op"], operation["path"]
    if op in ("replace", "add") and not value_of(operation):
        _unset(document, operation, name, allowed)
    elif op == "replace":
        document[name] = allowed.members[name](value_of(operation))
    elif op == "remove" and name in allowed.removable:
        document.pop(name, None)
    elif op == "add" and name in allowed.removable:
        document[name] = allowed.members[name](value_of(operation))
    else:
        raise _unsupported(path, op)


def _unset(document: Document, operation: Document, name: str, allowed: Patchable) -> None:
    if name in allowed.defaults:
        document[name] = allowed.defaults[name]
    elif name in allowed.removable:
        document.pop(name, None)
    elif operation["op"] == "replace":
        document[name] = allowed.members[name]("")
    else:
        raise _unsupported(operation["path"], operation["op"])


def _apply_map(document: Document, operation: Document, parts: list[str], convert: Convert) -> None:
    values = document.get(parts[0]) or {}
    if operation["op"] in ("add", "replace"):
        document[parts[0]] = {**values, parts[1]: convert(value_of(operation))}
    elif operation["op"] == "remove":
        document[parts[0]] = {k: v for k, v in values.items() if k != parts[1]}
    else:
        raise _unsupported(operation["path"], operation["op"])


def _apply_list(document: Document, operation: Document, parts: list[str]) -> None:
    values = list(document.get(parts[0]) or [])
    named = parts[1] if len(parts) > 1 else value_of(operation)
    if operation["op"] == "add":
        values += [named] if named not in values else []
    elif operation["op"] == "remove":
        values = [value for value in values if value != named]
    elif operation["op"] == "replace":
        new = value_of(operation)
        kept = [value for value in values if value not in (named, new)] if len(parts) > 1 else []
        values = [*kept, new]
    else:
        raise _unsupported(operation["path"], operation["op"])
    document[parts[0]] = values


def _unsupported(path: str, op: str) -> Exception:
    return bad_request(
        f"Invalid patch path  '{path}' specified for op '{op}'. Please choose supported operations"
    )


def _unknown(path: str, op: str, allowed: Patchable) -> Exception:
    places = [f"/{name}" for name in (*allowed.members, *allowed.maps, *allowed.lists)]
    return bad_request(
        f"Invalid patch path  '{path}' specified for op '{op}'. "
        f"Must be one of: [{', '.join(sorted(places))}]"
    )
