"""DescribeEvents: what happened to clusters and groups.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeEvents.html
"""

from __future__ import annotations

import time
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dax import errors
from orderlab.cloud.dax.operations import values
from orderlab.cloud.dax.registry import Registry

DAY_MINUTES = 24 * 60
SOURCE_TYPES = ("CLUSTER", "PARAMETER_GROUP", "SUBNET_GROUP")


class EventOperations:
    """Events of the last 14 days; of the last 24 hours where nothing else is asked for."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {"DescribeEvents": self.describe_events}

    def describe_events(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeEvents.htm
        l"""
        kind = values.text(parameters, "SourceType", "")
        name = values.text(parameters, "SourceName", "")
        if kind and kind not in SOURCE_TYPES:
            raise errors.invalid_value(f"Invalid source type: {kind[:60]}")
        if name and not kind:
            raise errors.invalid_combination("SourceName needs a SourceType.")
        begin, end = _window(parameters)
        found = [
            event.described()
            for event in reversed(self._registry.region(call.region).events)
            if begin <= event.at <= end
            and kind in ("", event.source_type)
            and name in ("", event.source_name)
        ]
        return values.page(found, parameters, "Events")


def _window(parameters: Parameters) -> tuple[float, float]:
    """From when to when, in seconds since 1970."""
    end = _moment(parameters.get("EndTime"), time.time())
    minutes = values.number(parameters, "Duration", DAY_MINUTES)
    begin = _moment(parameters.get("StartTime"), end - 60 * minutes)
    return begin, end


def _moment(given: Any, default: float) -> float:
    if given is None:
        return default
    if not isinstance(given, int | float):
        raise errors.invalid_value("A time must be given in seconds since 1970.")
    return float(given)
