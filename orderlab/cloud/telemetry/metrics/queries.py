"""GetMetricData: several metrics and expressions over one range of time.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.telemetry.metrics import reading
from orderlab.cloud.telemetry.metrics.errors import MissingParameter, ValidationError
from orderlab.cloud.telemetry.metrics.expressions import Series, evaluate
from orderlab.cloud.telemetry.metrics.store import MetricStore

_ID = re.compile(r"^[a-z][a-zA-Z0-9_]{0,254}$")
MAX_QUERIES = 500


class MetricQueries:
    """The queries of one call, answered together, since expressions refer to the others."""

    def __init__(self, store: MetricStore, queries: list[Any], start: float, end: float) -> None:
        self._store = store
        self._start = start
        self._end = end
        self._queries = {_id(query): query for query in queries}
        if len(self._queries) < len(queries):
            raise ValidationError(
                "The values for parameter id in MetricDataQueries are not unique."
            )
        self._results: dict[str, Series] = {}
        self._under_way: set[str] = set()

    def result(self, name: str) -> Series:
        """The series of one query; a query that needs itself is refused."""
        if name not in self._results:
            if name in self._under_way:
                raise ValidationError(f"Circular dependency on the query {name}.")
            self._under_way.add(name)
            self._results[name] = self._compute(self._queries[name])
        return self._results[name]

    def shown(self) -> list[tuple[str, str, Series]]:
        """Id, label and series of the queries whose data are to be returned."""
        return [
            (name, _label(query), self.result(name))
            for name, query in self._queries.items()
            if query.get("ReturnData", True) not in (False, "false")
        ]

    def _compute(self, query: Mapping[str, Any]) -> Series:
        stat = query.get("MetricStat")
        if stat:
            return self._metric(stat)
        expression = str(query["Expression"])
        used = [name for name in self._queries if re.search(rf"\b{name}\b", expression)]
        if "METRICS(" in expression:
            used = [name for name, each in self._queries.items() if each.get("MetricStat")]
        period = self._period(query, used)
        start = reading.aligned(self._start, period)
        times = [start + i * period for i in range(int(-(-(self._end - start) // period)))]
        found = {name: self.result(name) for name in used}
        return evaluate(expression, found, times, period)

    def _period(self, query: Mapping[str, Any], used: list[str]) -> int:
        if query.get("Period"):
            return reading.period(query["Period"])
        stats = (self._queries[name].get("MetricStat") for name in used)
        return max((reading.period(stat["Period"]) for stat in stats if stat), default=60)

    def _metric(self, stat: Mapping[str, Any]) -> Series:
        metric = stat.get("Metric")
        if not isinstance(metric, dict):
            raise MissingParameter(
                "The parameter MetricDataQueries.member.1.MetricStat.Metric is required."
            )
        statistic = reading.statistic(stat.get("Stat"))
        period = reading.period(stat.get("Period"))
        dimensions = reading.dimensions(reading.items(metric, "Dimensions"))
        series = self._store.series(
            reading.text(metric, "Namespace"), reading.text(metric, "MetricName"), dimensions
        )
        if series is None or stat.get("Unit") not in (None, series.unit):
            return {}
        start = reading.aligned(self._start, period)
        values = {
            float(begin): values.value(statistic)
            for begin, values in series.periods(start, self._end, period).items()
        }
        return {begin: value for begin, value in values.items() if value is not None}


def _id(query: Any) -> str:
    if not isinstance(query, dict) or not query.get("Id"):
        raise MissingParameter("The parameter MetricDataQueries.member.1.Id is required.")
    name = str(query["Id"])
    if not _ID.match(name):
        raise ValidationError(
            f"The value {name} for parameter MetricDataQueries.member.1.Id is not matching the "
            "expected pattern ^[a-z][a-zA-Z0-9_]*$."
        )
    stat, expression = query.get("MetricStat"), query.get("Expression")
    if bool(stat) == bool(expression):
        raise ValidationError(
            f"Exactly one of MetricStat and Expression must be given for the query {name}."
        )
    if stat and not isinstance(stat, dict):
        raise ValidationError(f"The MetricStat of the query {name} cannot be read.")
    return name


def _label(query: Mapping[str, Any]) -> str:
    if query.get("Label"):
        return str(query["Label"])
    stat = query.get("MetricStat")
    return str(stat["Metric"]["MetricName"]) if stat else str(query["Id"])
