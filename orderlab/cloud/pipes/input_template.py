"""Input templates of pipes: `<$.body.orderId>` and the reserved variables.

A path that goes into the body of a queue's message reads it as JSON by itself.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.patterns.exact_numbers import read_json
from orderlab.cloud.pipes.pipe import Pipe
from orderlab.cloud.targets.json_paths import MISSING, steps_of, value_at
from orderlab.cloud.targets.templates import Template, encode

_RESERVED: dict[str, Callable[[Pipe, Any], Any]] = {
    "aws.pipes.pipe-arn": lambda pipe, event: pipe.arn,
    "aws.pipes.pipe-name": lambda pipe, event: pipe.name,
    "aws.pipes.source-arn": lambda pipe, event: pipe.source,
    "aws.pipes.enrichment-arn": lambda pipe, event: pipe.enrichment or MISSING,
    "aws.pipes.target-arn": lambda pipe, event: pipe.target,
    "aws.pipes.event.ingestion-time": lambda pipe, event: _now(),
    "aws.pipes.event": lambda pipe, event: event,
    "aws.pipes.event.json": lambda pipe, event: with_parsed_body(event),
}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_variable(name: str) -> bool:
    """Whether a text between `<` and `>` is a variable: a path, or one of the reserved names."""
    if not name.startswith("$"):
        return name in _RESERVED
    try:
        steps_of(name)
    except ValueError:
        return False
    return True


class InputTemplate:
    """A pipe's template; without a text, events stay as they are."""

    def __init__(self, text: str | None, pipe: Pipe) -> None:
        self._template = Template(text, is_variable) if text else None
        self._pipe = pipe

    def fill(self, event: Any) -> str:
        """The template with its variables filled in; the event as JSON if there is no template."""
        if self._template is None:
            return encode(event)
        parsed: list[Any] = []

        def value(name: str) -> Any:
            if name in _RESERVED:
                return _RESERVED[name](self._pipe, event)
            if not parsed:
                parsed.append(with_parsed_body(event))
            return at_path(name, event, parsed[0])

        return self._template.fill(value)


def at_path(path: str, event: Any, parsed: Any) -> Any:
    """The value at a path: the body as a text if the path ends there, and is no JSON."""
    found = value_at(path, parsed)
    return value_at(path, event) if found is MISSING else found


def with_parsed_body(event: Any) -> Any:
    """The event with a message's body as JSON, where it is JSON."""
    if not isinstance(event, Mapping) or not isinstance(event.get("body"), str):
        return event
    try:
        body = read_json(event["body"])
    except ValueError:
        return event
    return {**event, "body": body} if isinstance(body, dict | list) else event


def dynamic(value: str | None, event: Any) -> str | None:
    """A parameter that may be a path into the event."""
    if value is None or not value.startswith("$"):
        return value
    try:
        found = value_at(value, with_parsed_body(event))
    except ValueError:
        return value
    if found is MISSING or found is None:
        return None
    return found if isinstance(found, str) else encode(found)
