"""Filter criteria: which records of a source a function wants to see.

A pattern is compiled once into nested predicates, since every record meets it.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orderlab.cloud.event_sources.matchers import ABSENT, Test, matcher

Predicate = Callable[[Any], bool]
INVALID = "Invalid filter pattern definition."
DEEPEST = 50


class InvalidPattern(ValueError):
    """A pattern that AWS would refuse; its text says which part."""


class FilterCriteria:
    """The filters of one mapping. A record passes if one of them matches, or if there are none."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._predicates = [compile_filter(pattern) for pattern in patterns]

    def __bool__(self) -> bool:
        return bool(self._predicates)

    def passes(self, record: Mapping[str, Any]) -> bool:
        return not self._predicates or any(matches(record) for matches in self._predicates)


def compile_filter(text: str) -> Predicate:
    """A predicate over an event's record; InvalidPattern if the text is no event pattern.

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


def compile_pattern(pattern: Any, depth: int = 0) -> Predicate:
    """A predicate for an event pattern that is already parsed."""
    if not isinstance(pattern, dict) or not pattern:
        raise InvalidPattern("a pattern is a JSON object that is not empty")
    if depth > DEEPEST:
        raise InvalidPattern("a pattern may not be nested that deeply")
    return _all_of(pattern, depth + 1)


def _all_of(pattern: dict[str, Any], depth: int) -> Predicate:
    parts = [
        _any_of(value, depth) if key == "$or" else _field(key, value, depth)
        for key, value in pattern.items()
    ]
    if len(parts) == 1:
        return parts[0]
    return lambda event: all(part(event) for part in parts)


def _any_of(patterns: Any, depth: int) -> Predicate:
    if not isinstance(patterns, list) or len(patterns) < 2:
        raise InvalidPattern("$or holds a list of two patterns or more")
    parts = [compile_pattern(pattern, depth) for pattern in patterns]
    return lambda event: any(part(event) for part in parts)


def _field(key: str, value: Any, depth: int) -> Predicate:
    if isinstance(value, dict):
        return _nested(key, compile_pattern(value, depth))
    if not isinstance(value, list) or not value:
        raise InvalidPattern(f"{key} must hold an object or a list that is not empty")
    tests = [_test(alternative) for alternative in value]
    return lambda event: _leaf_matches(_get(event, key), tests)


def _test(alternative: Any) -> Test:
    try:
        return matcher(alternative)
    except ValueError as error:
        raise InvalidPattern(str(error)) from None


def _nested(key: str, matches: Predicate) -> Predicate:
    def test(event: Any) -> bool:
        value = _get(event, key)
        if isinstance(value, list):
            return any(matches(item) for item in value)
        # what lies below a missing object is missing too, which is what `exists: false` asks
        return matches(value if isinstance(value, dict) else {})

    return test


def _get(event: Any, key: str) -> Any:
    return event.get(key, ABSENT) if isinstance(event, dict) else ABSENT


def _leaf_matches(value: Any, tests: list[Test]) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(test(item) for item in values for test in tests)


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
