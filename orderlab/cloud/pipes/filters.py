"""Filter criteria of pipes: an event passes if one of the patterns matches it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html
"""

from __future__ import annotations

from collections.abc import Sequence

from orderlab.cloud.patterns.record_filters import RecordFilters
from orderlab.cloud.pipes.input_template import with_parsed_body


class PipeFilter(RecordFilters):
    """The filters of a pipe. Numbers are compared as they are written."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Raises InvalidPattern if a text is not an event pattern."""
        super().__init__(patterns, with_parsed_body, exact_numbers=True)
