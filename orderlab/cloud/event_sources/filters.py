"""Filter criteria: which records of a source a function wants to see.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.cloud.patterns.record_filters import RecordFilters

INVALID = "Invalid filter pattern definition."
# how much work may be done at once: bytes of records times what the patterns ask of each
AT_ONCE = 1_000_000


class FilterCriteria(RecordFilters):
    """The filters of one mapping. Numbers are compared by their value, not as they are written."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Raises InvalidPattern if a text is not an event pattern."""
        super().__init__(patterns, _with_parsed_body, exact_numbers=False)


def _with_parsed_body(record: Mapping[str, Any]) -> Mapping[str, Any]:
    body = record["body"]
    if not isinstance(body, str):
        return record
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return record
    return {**record, "body": value} if isinstance(value, dict | list) else record
