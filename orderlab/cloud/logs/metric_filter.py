"""One metric filter: its settings, and what it adds to a metric for the events of a batch.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html

Differs from AWS: a default value is added with the first batch of a minute in which nothing
matches, and not at the end of that minute; dimensions with more than 1,000 sets of values an hour
switch the filter off for the rest of that hour.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.cloudwatch.limits import LARGEST_VALUE, MAX_DIMENSION_VALUE
from orderlab.cloud.cloudwatch.store import MetricStore
from orderlab.cloud.logs.extraction import Extraction
from orderlab.cloud.patterns.allowance import metered

# sets of dimension values in an hour, after which a filter adds no more
MAX_DIMENSION_SETS = 1000
_HOUR = 3600
Events = Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a filter adds: `at` in seconds since 1970."""

    at: float
    number: float
    dimensions: dict[str, str]


class MetricFilter:
    """A filter of a log group, as PutMetricFilter has checked it."""

    def __init__(self, name: str, pattern: str, transformation: dict[str, Any]) -> None:
        """Raises InvalidParameterException if the pattern is invalid."""
        self.name = name
        self.pattern = pattern
        self.transformation = transformation
        self.created_at = int(time.time() * 1000)
        self._extraction = Extraction(pattern)
        self._dimensions: dict[str, str] = transformation.get("dimensions") or {}
        self._selectors = list(self._dimensions.values())
        if transformation["metricValue"].startswith("$"):
            self._selectors.append(transformation["metricValue"])
        self._default_minute = self._hour = 0
        self._sets: set[tuple[str, ...]] = set()

    def found_in(self, events: Events) -> list[Value]:
        """The values of the events that match. It may run in a thread: it changes nothing."""
        found = []
        for timestamp, message in metered(events):
            if self._extraction.matches(message):
                value = self._value(timestamp / 1000, message)
                if value is not None:
                    found.append(value)
        return found

    def _value(self, at: float, message: str) -> Value | None:
        """The value of one matching event; None if it lacks the field, or that is no number."""
        given = self.transformation["metricValue"]
        if not self._selectors:
            return Value(at, float(given), {})
        values = self._extraction.values(message, self._selectors)
        number = _number(values.get(given, given))
        if number is None:
            return None
        dimensions = {
            name: _text(values[selector])[:MAX_DIMENSION_VALUE]
            for name, selector in self._dimensions.items()
            if selector in values and values[selector] != ""
        }
        return Value(at, number, dimensions)

    def add(self, values: list[Value], metrics: MetricStore) -> None:
        """Add what a batch has given to the metric, or the default if it gave nothing."""
        wanted = self.transformation
        default = wanted.get("defaultValue")
        now = metrics.wall()
        minute = int(now // 60)
        if values:
            self._default_minute = minute
        elif default is not None and self._default_minute != minute:
            self._default_minute = minute
            values = [Value(now, float(default), {})]
        for value in values:
            if value.dimensions and not self._may_add(value.dimensions, int(now // _HOUR)):
                continue
            metrics.add(
                wanted["metricNamespace"],
                wanted["metricName"],
                value.number,
                unit=wanted.get("unit", "None"),
                dimensions=value.dimensions,
                timestamp=value.at,
            )

    def _may_add(self, dimensions: dict[str, str], hour: int) -> bool:
        if self._hour != hour:
            self._hour, self._sets = hour, set()
        if len(self._sets) > MAX_DIMENSION_SETS:
            return False
        self._sets.add(tuple(dimensions.values()))
        return len(self._sets) <= MAX_DIMENSION_SETS

    def describe(self, group: str) -> dict[str, Any]:
        """The filter as DescribeMetricFilters shows it."""
        return {
            "filterName": self.name,
            "filterPattern": self.pattern,
            "metricTransformations": [self.transformation],
            "creationTime": self.created_at,
            "logGroupName": group,
            "applyOnTransformedLogs": False,
        }


def _number(found: Any) -> float | None:
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) <= LARGEST_VALUE else None


def _text(found: Any) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)
