"""CloudWatch's API for metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.telemetry.metrics import reading
from orderlab.cloud.telemetry.metrics.alarms import Alarms
from orderlab.cloud.telemetry.metrics.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)
from orderlab.cloud.telemetry.metrics.queries import MAX_QUERIES, MetricQueries
from orderlab.cloud.telemetry.metrics.store import MetricKey, MetricStore

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

MAX_DATA = 1000
MAX_LISTED = 500


class MetricsApi:
    """Answers CloudWatch."""

    name = "cloudwatch"

    def __init__(self, cloud: Cloud, store: MetricStore) -> None:
        self._store = store
        self.alarms = Alarms(cloud, store)
        self.operations: Mapping[str, Handler] = {
            "PutMetricData": self._put,
            "GetMetricStatistics": self._statistics,
            "GetMetricData": self._data,
            "ListMetrics": self._list,
            **self.alarms.operations,
        }

    async def start(self) -> None:
        self.alarms.start()

    async def stop(self) -> None:
        await self.alarms.stop()

    # --- writing ---

    def _put(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        namespace = reading.text(parameters, "Namespace")
        if namespace.startswith("AWS/"):
            raise InvalidParameterValue("The value AWS/ for parameter Namespace is invalid.")
        data = reading.required_list(parameters, "MetricData")
        if len(data) > MAX_DATA:
            raise ValidationError(
                f"The collection MetricData must not have a size greater than {MAX_DATA}."
            )
        for add in [_addition(namespace, datum) for datum in data]:
            add(self._store)
        return {}

    # --- reading ---

    def _statistics(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = reading.text(parameters, "MetricName")
        namespace = reading.text(parameters, "Namespace")
        start, end = reading.time_range(parameters)
        period = reading.period(parameters.get("Period", 0))
        if (end - start) / period > reading.MAX_DATAPOINTS:
            raise InvalidParameterCombination(
                "You have requested up to "
                f"{int((end - start) / period):,} datapoints, which exceeds the limit of "
                f"{reading.MAX_DATAPOINTS:,}. You may reduce the datapoints requested by "
                "increasing Period, or decreasing the time range."
            )
        plain = list(map(reading.statistic, reading.items(parameters, "Statistics")))
        extended = list(map(reading.statistic, reading.items(parameters, "ExtendedStatistics")))
        if not plain and not extended:
            raise InvalidParameterCombination(
                "At least one of the parameters Statistics and ExtendedStatistics must be "
                "specified."
            )
        dimensions = reading.dimensions(reading.items(parameters, "Dimensions"))
        series = self._store.series(namespace, name, dimensions)
        points = []
        if series is not None and parameters.get("Unit") in (None, series.unit):
            first = reading.aligned(start, period)
            for begin, values in series.periods(first, end, period).items():
                point = {"Timestamp": reading.shown_time(call, begin), "Unit": series.unit}
                point |= {each: values.value(each) for each in plain}
                if extended:
                    point["ExtendedStatistics"] = {
                        each: found
                        for each in extended
                        if (found := values.value(each)) is not None
                    }
                points.append(point)
        return {"Label": name, "Datapoints": points}

    def _data(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        start, end = reading.time_range(parameters)
        queries = reading.required_list(parameters, "MetricDataQueries")
        if len(queries) > MAX_QUERIES:
            raise ValidationError(
                f"The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}."
            )
        newest_first = parameters.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        results = []
        for identifier, label, series in MetricQueries(self._store, queries, start, end).shown():
            times = sorted(series, reverse=newest_first)
            results.append(
                {
                    "Id": identifier,
                    "Label": label,
                    "Timestamps": [reading.shown_time(call, at) for at in times],
                    "Values": [series[at] for at in times],
                    "StatusCode": "Complete",
                }
            )
        return {"MetricDataResults": results, "Messages": []}

    def _list(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        wanted = [
            (str(each.get("Name", "")), each.get("Value"))
            for each in reading.items(parameters, "Dimensions")
            if isinstance(each, dict)
        ]
        found = [
            _shown(key)
            for key, _ in self._store.metrics()
            if parameters.get("Namespace") in (None, key.namespace)
            and parameters.get("MetricName") in (None, key.name)
            and all(_has(key, name, value) for name, value in wanted)
        ]
        first = _from_token(parameters.get("NextToken"))
        result: dict[str, Any] = {"Metrics": found[first : first + MAX_LISTED]}
        if first + MAX_LISTED < len(found):
            result["NextToken"] = base64.b64encode(str(first + MAX_LISTED).encode()).decode()
        return result


def _addition(namespace: str, datum: Any) -> Any:
    """What one entry of PutMetricData adds, checked in full before anything is added."""
    if not isinstance(datum, dict):
        raise ValidationError("A member of MetricData cannot be read.")
    name = reading.text(datum, "MetricName")
    common: dict[str, Any] = {
        "unit": str(datum.get("Unit") or "None"),
        "dimensions": reading.dimensions(reading.items(datum, "Dimensions")),
        "timestamp": None,
    }
    if datum.get("Timestamp") is not None:
        common["timestamp"] = reading.moment(datum["Timestamp"], "Timestamp")
    if datum.get("StatisticValues"):
        given = datum["StatisticValues"]
        names = ("SampleCount", "Sum", "Minimum", "Maximum")
        numbers = tuple(reading.number(given.get(each), each) for each in names)
        return lambda store: store.add_set(namespace, name, statistics=numbers, **common)
    values = _values(datum)
    return lambda store: [
        store.add(namespace, name, value, times=times, **common) for value, times in values
    ]


def _values(datum: Mapping[str, Any]) -> list[tuple[float, float]]:
    found = reading.items(datum, "Values")
    if found:
        counts = reading.items(datum, "Counts") or [1] * len(found)
        if len(counts) != len(found):
            raise InvalidParameterValue("The lengths of Values and Counts must be the same.")
        pairs = zip(found, counts, strict=True)
        return [(reading.number(v, "Values"), reading.number(c, "Counts")) for v, c in pairs]
    if datum.get("Value") is None:
        raise InvalidParameterCombination(
            "At least one of the parameters Value, Values or StatisticValues must be specified."
        )
    return [(reading.number(datum["Value"], "Value"), 1.0)]


def _shown(key: MetricKey) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in key.dimensions]
    return {"Namespace": key.namespace, "MetricName": key.name, "Dimensions": dimensions}


def _has(key: MetricKey, name: str, value: Any) -> bool:
    return any(n == name and value in (None, v) for n, v in key.dimensions)


def _from_token(token: Any) -> int:
    if not token:
        return 0
    try:
        return max(int(base64.b64decode(str(token), validate=True)), 0)
    except ValueError:
        raise InvalidParameterValue("Invalid nextToken") from None
