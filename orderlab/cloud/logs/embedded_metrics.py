"""Metrics that a log event carries: the embedded metric format.

An event that does not keep to the format adds nothing, and is a log event all the same.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from orderlab.cloud.cloudwatch import limits
from orderlab.cloud.cloudwatch.store import MetricStore

# of one directive, one set of dimensions, one metric
MAX_METRICS = 100
MAX_DIMENSIONS = 30
MAX_VALUES = 100
# values that one event may add: its directives and sets of dimensions multiply what it holds
MAX_ADDED = 10_000
_WRONG = (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)
_Addition = tuple[str, str, float, str, dict[str, str]]


class Misfit(ValueError):
    """The event does not keep to the format."""


def extract(message: str, metrics: MetricStore) -> None:
    """Add the metrics of an event."""
    try:
        document = json.loads(message)
        timestamp = _timestamp(document["_aws"], metrics.wall())
        additions = list(_additions(document))
    except _WRONG:
        return
    for namespace, name, value, unit, dimensions in additions:
        metrics.add(namespace, name, value, unit=unit, dimensions=dimensions, timestamp=timestamp)


def _timestamp(metadata: Any, now: float) -> float | None:
    found = metadata.get("Timestamp")
    if found is None:
        return None
    seconds = float(found) / 1000
    if not now - limits.OLDEST_SECONDS <= seconds <= now + limits.NEWEST_SECONDS:
        raise Misfit
    return seconds


def _additions(document: Any) -> Iterator[_Addition]:
    added = 0
    for directive in document["_aws"]["CloudWatchMetrics"]:
        namespace, definitions = _text(directive["Namespace"]), directive["Metrics"]
        if len(definitions) > MAX_METRICS:
            raise Misfit
        for names in directive.get("Dimensions") or [[]]:
            dimensions = _dimensions(names, document)
            for definition in definitions:
                name, unit = _text(definition["Name"]), _text(definition.get("Unit", "None"))
                values = _values(document[name])
                added += len(values)
                if added > MAX_ADDED:
                    raise Misfit
                for value in values:
                    yield namespace, name, value, unit, dimensions


def _dimensions(names: Any, document: Any) -> dict[str, str]:
    if len(names) > MAX_DIMENSIONS:
        raise Misfit
    return {_text(name): _text(document[name]) for name in names}


def _text(found: Any) -> str:
    if not isinstance(found, str) or not 1 <= len(found) <= 1024:
        raise Misfit
    return found


def _values(found: Any) -> list[float]:
    """The values of a metric: one number, or a list of them."""
    values = found if isinstance(found, list) else [found]
    if len(values) > MAX_VALUES:
        raise Misfit
    return [_value(each) for each in values]


def _value(found: Any) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise Misfit
    value = float(found)
    if not abs(value) <= limits.LARGEST_VALUE:
        raise Misfit
    return value
