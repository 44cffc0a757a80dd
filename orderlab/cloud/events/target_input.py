"""What a target gets of an event: all of it, a part, a constant, or a template's text.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
Differs from AWS: quotation marks and line breaks in values that a template puts into a string are
escaped, so that the result stays JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.events.event import Event
from orderlab.cloud.targets.json_paths import MISSING, steps_of, value_at
from orderlab.cloud.targets.templates import InvalidTemplate, Template, encode, minified
from orderlab.cloud.targets.timetable import instant


class RuleNames(Protocol):
    """A rule, as far as its targets' inputs may name it."""

    name: str
    arn: str


Value = Callable[[RuleNames, Event], Any]
# Variables that are there without a path.
RESERVED: dict[str, Value] = {
    "aws.events.rule-arn": lambda rule, event: rule.arn,
    "aws.events.rule-name": lambda rule, event: rule.name,
    "aws.events.event.ingestion-time": lambda rule, event: instant(event.ingested),
    "aws.events.event": lambda rule, event: {
        name: value for name, value in event.content.items() if name != "detail"
    },
    "aws.events.event.json": lambda rule, event: event.content,
}
_PLACEHOLDER = re.compile(r"<([a-zA-Z0-9._-]{1,256})>")
WAYS = ("Input", "InputPath", "InputTransformer")


class TargetInput:
    """How a target wants its input; ValidationException if that is not well formed."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        target_id = str(given["Id"])
        ways = [name for name in WAYS if given.get(name) is not None]
        if len(ways) > 1:
            raise ValidationException(
                "Only one of Input, InputPath, or InputTransformer must be provided for target "
                f"{target_id}."
            )
        self.constant: str | None = given.get("Input")
        self._path: str | None = given.get("InputPath")
        self._paths: Mapping[str, str] = {}
        self._template: Template | None = None
        if self.constant is not None:
            _check_constant(self.constant, target_id)
        if self._path is not None:
            _check_path(self._path, f"Invalid InputPath for target {target_id}.")
        if given.get("InputTransformer") is not None:
            self._read_transformer(given["InputTransformer"], target_id)

    def _read_transformer(self, given: Mapping[str, Any], target_id: str) -> None:
        self._paths = given.get("InputPathsMap") or {}
        for name, path in self._paths.items():
            if name.upper().startswith("AWS"):
                raise ValidationException(
                    f"Invalid InputPathsMap for target {target_id}: a key may not start with AWS."
                )
            _check_path(path, f"Invalid InputPathsMap for target {target_id} : [{path}].")
        template = given["InputTemplate"]
        self._template = Template(template, lambda name: name in self._paths or name in RESERVED)
        for name in _PLACEHOLDER.findall(template):
            if name not in self._paths and name not in RESERVED:
                raise ValidationException(
                    f"InputTemplate for target {target_id} contains invalid placeholder {name}."
                )
        try:
            self._template.check()
        except InvalidTemplate as error:
            raise ValidationException(
                f"Invalid InputTemplate for target {target_id} : [{error}]."
            ) from None

    def body(self, rule: RuleNames, event: Event) -> str:
        """What the target gets."""
        if self.constant is not None:
            return self.constant
        if self._path is not None:
            found = value_at(self._path, event.content)
            return "null" if found is MISSING else encode(found)
        if self._template is not None:
            return minified(self._template.fill(lambda name: self._value(name, rule, event)))
        return event.text

    def _value(self, name: str, rule: RuleNames, event: Event) -> Any:
        if name in RESERVED:
            return RESERVED[name](rule, event)
        return value_at(self._paths[name], event.content)


def _check_constant(text: str, target_id: str) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationException(
            f"JSON syntax error in input for target {target_id} : [{error}]"
        ) from None


def _check_path(path: str, problem: str) -> None:
    try:
        steps_of(path)
    except ValueError:
        raise ValidationException(problem) from None
