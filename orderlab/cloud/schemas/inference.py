"""The schema that events have, as OpenAPI 3 or as JSON Schema, draft 4.

Every object of an event becomes a component of its own, as AWS makes it.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-infer.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

# objects within objects; what lies deeper is an object of which nothing is said
DEEPEST = 50
# components of one schema
MOST_COMPONENTS = 500
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_ENVELOPE = ("detail-type", "resources", "detail", "id", "source", "time", "region", "version",
             "account")  # fmt: skip
Shape = dict[str, Any]


def schema_name(event: Mapping[str, Any]) -> str:
    """The name under which a discovered schema is kept: `source@DetailType`."""
    return f"{event['source']}@{_title(str(event['detail-type']))}"


def is_event(event: Any) -> bool:
    """Whether it has the members of an event of EventBridge."""
    return isinstance(event, Mapping) and all(name in event for name in _ENVELOPE)


def infer(events: Sequence[Any], type_name: str) -> str:
    """The schema of events that are alike, as text."""
    kind = _OpenApi() if type_name == "OpenApi3" else _Draft4()
    first = events[0]
    if all(is_event(event) for event in events):
        title = _title(str(first["detail-type"]))
        kind.component(title, [event["detail"] for event in events], 0)
        content = kind.document(title, "AWSEvent", _envelope(kind, title, first))
    else:
        title = "Event"
        kind.component(title, list(events), 0)
        content = kind.document(title, title, None)
    return json.dumps(content, separators=(",", ":"))


def _envelope(kind: _Components, title: str, event: Mapping[str, Any]) -> Shape:
    properties: dict[str, Shape] = {name: {"type": "string"} for name in _ENVELOPE}
    properties["detail"] = kind.reference(title)
    properties["resources"] = {"type": "array", "items": {"type": "string"}}
    properties["time"] = {"type": "string", "format": "date-time"}
    return {
        "type": "object",
        "required": list(_ENVELOPE),
        "x-amazon-events-detail-type": event["detail-type"],
        "x-amazon-events-source": event["source"],
        "properties": properties,
    }


def _title(text: str) -> str:
    """A name without spaces and odd characters, each word with a capital letter."""
    words = re.split(r"[^0-9A-Za-z_.-]+", text)
    return "".join(word[:1].upper() + word[1:] for word in words) or "Detail"


class _Components:
    """Gathers the objects of events by name."""

    where = ""

    def __init__(self) -> None:
        self.found: dict[str, Shape] = {}

    def reference(self, name: str) -> Shape:
        return {"$ref": f"{self.where}{name}"}

    def document(self, title: str, top: str, envelope: Shape | None) -> Shape:
        raise NotImplementedError

    def component(self, name: str, values: list[Any], depth: int) -> Shape:
        """Describe values under a name of their own, if they are objects."""
        objects = [value for value in values if isinstance(value, Mapping)]
        if not objects or depth > DEEPEST or len(self.found) >= MOST_COMPONENTS:
            return self._plain(name, values, depth)
        unique = name
        while unique in self.found:
            unique = (
                f"{unique}_1" if unique == name else f"{name}_{int(unique.rsplit('_')[-1]) + 1}"
            )
        shape: Shape = {"type": "object"}
        self.found[unique] = shape
        names = dict.fromkeys(key for each in objects for key in each)
        required = [key for key in names if all(key in each for each in objects)]
        if required:
            shape["required"] = required
        shape["properties"] = {
            key: self.component(
                _title(key), [each[key] for each in objects if key in each], depth + 1
            )
            for key in names
        }
        return self.reference(unique)

    def _plain(self, name: str, values: list[Any], depth: int) -> Shape:
        value = next((each for each in values if each is not None), None)
        if isinstance(value, str):
            dates = all(isinstance(each, str) and _DATE.fullmatch(each) for each in values)
            return {"type": "string", "format": "date-time"} if dates else {"type": "string"}
        if isinstance(value, bool):
            return {"type": "boolean"}
        if isinstance(value, int | float):
            return {"type": "number"}
        if isinstance(value, list):
            items = [item for each in values if isinstance(each, list) for item in each]
            inner = self.component(f"{name}Item", items, depth + 1) if items else {"type": "object"}
            return {"type": "array", "items": inner}
        return {"type": "object"}


class _OpenApi(_Components):
    where = "#/components/schemas/"

    def document(self, title: str, top: str, envelope: Shape | None) -> Shape:
        schemas = {top: envelope, **self.found} if envelope is not None else self.found
        return {
            "openapi": "3.0.0",
            "info": {"version": "1.0.0", "title": title},
            "paths": {},
            "components": {"schemas": schemas},
        }


class _Draft4(_Components):
    where = "#/definitions/"

    def document(self, title: str, top: str, envelope: Shape | None) -> Shape:
        shape = envelope if envelope is not None else self.found.pop(title, {"type": "object"})
        return {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": title,
            "definitions": self.found,
            **shape,
        }
