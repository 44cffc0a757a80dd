"""Metrics that a function writes as a line of JSON into its log: the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EmbeddedMetric:
    namespace: str
    name: str
    value: float
    unit: str
    dimensions: dict[str, str]


def embedded_metrics(line: str) -> Iterator[EmbeddedMetric]:
    """The metrics in a log line; none if it is not in the format."""
    try:
        document = json.loads(line)
        directives = document["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives if isinstance(directives, list) else ():
        if isinstance(directive, dict) and isinstance(directive.get("Namespace"), str):
            yield from _directive(document, directive)


def _directive(document: dict[str, Any], directive: dict[str, Any]) -> Iterator[EmbeddedMetric]:
    sets = [keys for keys in directive.get("Dimensions") or [[]] if isinstance(keys, list)]
    for metric in directive.get("Metrics") or ():
        if not isinstance(metric, dict) or not isinstance(metric.get("Name"), str):
            continue
        values = document.get(metric["Name"])
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            for keys in sets:
                dimensions = {key: str(document[key]) for key in keys if key in document}
                unit = str(metric.get("Unit", "None"))
                yield EmbeddedMetric(
                    directive["Namespace"], metric["Name"], float(value), unit, dimensions
                )
