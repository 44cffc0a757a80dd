"""Metrics that a log event carries: the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from orderlab.cloud.telemetry.metrics.store import MetricStore

MAX_VALUES = 100


def extract(message: str, metrics: MetricStore) -> None:
    """Add the metrics of an event. An event that does not keep to the format adds nothing."""
    try:
        document = json.loads(message)
        metadata = document["_aws"]
        timestamp = float(metadata.get("Timestamp", 0)) / 1000 or None
        for directive in metadata["CloudWatchMetrics"]:
            for dimensions in _dimension_sets(directive, document):
                _add(directive, document, dimensions, timestamp, metrics)
    except (ValueError, TypeError, KeyError, AttributeError):
        return


def _dimension_sets(directive: Any, document: Any) -> Iterator[dict[str, str]]:
    for names in directive.get("Dimensions") or [[]]:
        yield {name: str(document[name]) for name in names}


def _add(
    directive: Any,
    document: Any,
    dimensions: dict[str, str],
    timestamp: float | None,
    metrics: MetricStore,
) -> None:
    for definition in directive["Metrics"]:
        found = document[definition["Name"]]
        for value in (found if isinstance(found, list) else [found])[:MAX_VALUES]:
            metrics.add(
                directive["Namespace"],
                definition["Name"],
                float(value),
                unit=definition.get("Unit", "None"),
                dimensions=dimensions,
                timestamp=timestamp,
            )
