"""The order of rows in `sort`: missing values first, then numbers, then texts."""

from __future__ import annotations

from collections.abc import Callable
from heapq import merge
from operator import itemgetter
from typing import Any

from orderlab.cloud.logs.insights.fields import Row
from orderlab.cloud.logs.insights.functions import number
from orderlab.cloud.patterns.allowance import metered

# no other thread runs while Python sorts a list
_SORTED_AT_ONCE = 10_000


def in_order(rows: list[Row], compute: Callable[[Any], Any], descending: bool) -> list[Row]:
    """Rows sorted by a value; those with the same value stay as they were."""
    pairs = [(_key(compute(row)), row) for row in metered(rows)]
    by_key = itemgetter(0)
    parts = [
        sorted(pairs[at : at + _SORTED_AT_ONCE], key=by_key, reverse=descending)
        for at in metered(range(0, len(pairs), _SORTED_AT_ONCE))
    ]
    return [row for _, row in metered(merge(*parts, key=by_key, reverse=descending))]


def _key(value: Any) -> tuple[int, float, str]:
    if value is None:
        return 0, 0.0, ""
    found = number(value)
    return (1, found, "") if found is not None else (2, 0.0, str(value))
