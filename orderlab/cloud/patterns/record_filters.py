"""Filter criteria of a source's records: one of several event patterns must match.

Lambda's event source mappings and EventBridge Pipes filter alike. The body of a queue's message is
compared as JSON where a pattern goes into it, and as a string where it does not; a body of the
other kind never matches.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orderlab.cloud.patterns.event_pattern import EventPattern

Record = Mapping[str, Any]


class RecordFilters:
    """The filters of one source. A record passes if one of them matches, or if there are none."""

    def __init__(
        self,
        patterns: Sequence[str],
        with_parsed_body: Callable[[Record], Record],
        *,
        exact_numbers: bool,
    ) -> None:
        """`with_parsed_body` returns the same record if its body is not JSON.

        Raises InvalidPattern if a text is not an event pattern.
        """
        self._patterns = [
            (EventPattern(text, exact_numbers=exact_numbers), _kind_of_body(text))
            for text in patterns
        ]
        self._with_parsed_body = with_parsed_body
        self._look_at_body = any(kind is not None for _, kind in self._patterns)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def work(self, size: int) -> int:
        """How much work a record of so many bytes is; see `EventPattern.work`."""
        return sum(pattern.work(size) for pattern, _ in self._patterns)

    def passes(self, record: Record) -> bool:
        """Whether a record passes."""
        if not self._look_at_body or "body" not in record:
            return not self._patterns or any(each.matches(record) for each, _ in self._patterns)
        parsed = self._with_parsed_body(record)
        is_json = parsed is not record
        return any(
            pattern.matches(parsed if kind == "json" else record)
            for pattern, kind in self._patterns
            if kind is None or (kind == "json") is is_json
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
