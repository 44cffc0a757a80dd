"""Filter criteria: which records of a source a function wants to see.

A pattern is read once into fields and their tests, since every record meets it.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orderlab.cloud.event_sources.matchers import (
    ABSENT,
    one_of,
    tests_of,
)
from orderlab.cloud.patterns.fields import Fields, LeafTest

Predicate = Callable[[Any], bool]
INVALID = "Invalid filter pattern definition."
DEEPEST = 50
# how much work may be done at once: bytes of records times what the patterns ask of each
AT_ONCE = 1_000_000
# about how much of a pattern's text asks one question
_QUESTION_LENGTH = 4


class InvalidPattern(ValueError):
    """A pattern that AWS would refuse; its text says which part."""


class FilterCriteria:
    """The filters of one mapping. A record passes if one of them matches, or if there are none."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._predicates = [compile_filter(pattern) for pattern in patterns]
        self._questions = sum(map(len, patterns)) // _QUESTION_LENGTH + 1

    def __bool__(self) -> bool:
        return bool(self._predicates)

    def work(self, size: int) -> int:
        """How much work a record of so many bytes is, compared with AT_ONCE."""
        return size * self._questions if self._predicates else 0

    def passes(self, record: Mapping[str, Any]) -> bool:
        """Whether the function wants to see a record."""
        return not self._predicates or any(matches(record) for matches in self._predicates)


def compile_filter(text: str) -> Predicate:
    """A predicate over an event's record; raises InvalidPattern if the text is none.

    The body of a queue's message is compared as JSON where the pattern goes into it, and as a
    string where it does not; a body of the other kind never matches.
    """
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPattern(f"not JSON: {error}") from None
    matches = compile_pattern(pattern)
    kind = _kind_of_body(pattern)
    if kind is None:
        return matches

    def with_body(record: Any) -> bool:
        if "body" not in record:
            return matches(record)
        parsed = _parsed(record["body"])
        if kind == "json":
            return parsed is not ABSENT and matches({**record, "body": parsed})
        return parsed is ABSENT and matches(record)

    return with_body


def compile_pattern(pattern: Any) -> Predicate:
    """A predicate for an event pattern that is already parsed."""
    fields = Fields()
    _read(pattern, fields, 0)
    return fields.match


def _read(pattern: Any, fields: Fields, depth: int) -> None:
    if not isinstance(pattern, dict) or not pattern:
        raise InvalidPattern("a pattern is a JSON object that is not empty")
    if depth > DEEPEST:
        raise InvalidPattern("a pattern may not be nested that deeply")
    for key, value in pattern.items():
        if key == "$or":
            fields.choice(_alternatives_of(value, depth + 1))
        elif key.count(".") > DEEPEST:
            raise InvalidPattern("a pattern may not be nested that deeply")
        elif isinstance(value, dict):
            _read(value, fields.at(key), depth + 1)
        elif not isinstance(value, list) or not value:
            raise InvalidPattern(f"{key} must hold an object or a list that is not empty")
        else:
            fields.at(key).test(_leaf_test(value))


def _alternatives_of(patterns: Any, depth: int) -> list[Fields]:
    if not isinstance(patterns, list) or len(patterns) < 2:
        raise InvalidPattern("$or holds a list of two patterns or more")
    found = []
    for pattern in patterns:
        fields = Fields()
        _read(pattern, fields, depth)
        found.append(fields)
    return found


def _leaf_test(alternatives: list[Any]) -> LeafTest:
    try:
        tests = tests_of(alternatives)
    except ValueError as error:
        raise InvalidPattern(str(error)) from None
    absent = one_of(tests)(ABSENT)

    def holds(values: list[Any]) -> bool:
        if not values:
            return absent
        for value in values:
            for test in tests:
                if test(value):
                    return True
        return False

    return holds


def _kind_of_body(pattern: dict[str, Any]) -> str | None:
    """How a pattern looks at the body: `json`, `text`, or not at all."""
    for part in (pattern, *_alternatives(pattern)):
        if "body" in part:
            return "json" if isinstance(part["body"], dict) else "text"
    return None


def _alternatives(pattern: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in pattern.get("$or", []) if isinstance(part, dict)]


def _parsed(body: Any) -> Any:
    if not isinstance(body, str):
        return ABSENT
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ABSENT
    return value if isinstance(value, (dict, list)) else ABSENT
