"""Filter criteria of pipes: an event passes if one of the patterns matches it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.cloud.patterns.event_pattern import EventPattern
from orderlab.cloud.pipes.input_template import with_parsed_body


class PipeFilter:
    """The filters of a pipe; InvalidPattern if a pattern is not valid. Without any, all passes."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [(EventPattern(text), _kind_of_body(text)) for text in patterns]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def work(self, size: int) -> int:
        """As `EventPattern.work`, for all patterns."""
        return sum(pattern.work(size) for pattern, _ in self._patterns)

    def passes(self, event: Mapping[str, Any]) -> bool:
        """Whether an event fits one of the patterns; every event does if there are none."""
        if not self._patterns:
            return True
        parsed = with_parsed_body(event)
        is_json = parsed is not event
        return any(
            pattern.matches(parsed if kind == "json" else event)
            for pattern, kind in self._patterns
            # a body of the other kind never matches
            if kind is None or "body" not in event or (kind == "json") is is_json
        )


def _kind_of_body(text: str) -> str | None:
    """How a pattern looks at the body: as `json`, as `text`, or not at all."""
    pattern = json.loads(text)
    for part in (pattern, *(each for each in pattern.get("$or", ()) if isinstance(each, dict))):
        if "body" in part:
            return "json" if isinstance(part["body"], dict) else "text"
        if any(name.startswith("body.") for name in part):
            return "json"
    return None
