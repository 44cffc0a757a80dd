"""CloudWatch's API for metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from orderlab.cloud.cloudwatch import limits, reading
from orderlab.cloud.cloudwatch.additions import addition
from orderlab.cloud.cloudwatch.alarms import Alarms
from orderlab.cloud.cloudwatch.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)
from orderlab.cloud.cloudwatch.pages import DataPage, from_token, token_of
from orderlab.cloud.cloudwatch.queries import MetricQueries
from orderlab.cloud.cloudwatch.statistics import StatisticSet
from orderlab.cloud.cloudwatch.store import MetricKey, MetricStore
from orderlab.cloud.contracts import Call, Handler, Parameters, Permissions, Topics
from orderlab.cloud.telemetry.long_work import LongWork

MAX_LISTED = 500
# entries of PutMetricData that are read before others get their turn
_DATA_AT_A_TIME = 50
# samples that are sorted on the event loop
_SAMPLES_HERE = 50_000


class MetricsApi:
    """Answers CloudWatch."""

    name = "cloudwatch"

    def __init__(
        self,
        store: MetricStore,
        *,
        account_id: str,
        permissions: Permissions,
        topics: Callable[[], Topics],
    ) -> None:
        self._store = store
        self._work = LongWork()
        self.alarms = Alarms(
            store, self._work, account_id=account_id, permissions=permissions, topics=topics
        )
        self.operations: Mapping[str, Handler] = {
            "PutMetricData": self._put,
            "GetMetricStatistics": self._statistics,
            "GetMetricData": self._data,
            "ListMetrics": self._list,
            **self.alarms.operations,
        }

    async def start(self) -> None:
        """Begin to evaluate the alarms."""
        self.alarms.start()

    async def stop(self) -> None:
        """Evaluate the alarms no longer."""
        await self.alarms.stop()

    # --- writing ---

    async def _put(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        namespace = reading.text(parameters, "Namespace")
        reading.require_length(namespace, "namespace", limits.MAX_NAME)
        if namespace.startswith("AWS/"):
            raise InvalidParameterValue("The value AWS/ for parameter Namespace is invalid.")
        data = reading.required_list(parameters, "MetricData")
        reading.at_most(data, limits.MAX_DATA, "MetricData")
        additions = []
        for number, datum in enumerate(data, 1):
            additions.append(
                addition(namespace, datum, f"MetricData.member.{number}", self._store.wall())
            )
            if number % _DATA_AT_A_TIME == 0:
                await asyncio.sleep(0)
        for number, add in enumerate(additions, 1):
            add(self._store)
            if number % _DATA_AT_A_TIME == 0:
                await asyncio.sleep(0)
        return {}

    # --- reading ---

    async def _statistics(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = reading.text(parameters, "MetricName")
        namespace = reading.text(parameters, "Namespace")
        start, end = reading.time_range(parameters)
        period = reading.period(parameters.get("Period", 0))
        if (end - start) / period > limits.MAX_DATAPOINTS:
            raise InvalidParameterCombination(
                "You have requested up to "
                f"{int((end - start) / period):,} datapoints, which exceeds the limit of "
                f"{limits.MAX_DATAPOINTS:,}. You may reduce the datapoints requested by "
                "increasing Period, or decreasing the time range."
            )
        plain = _statistics(parameters, "Statistics", limits.MAX_STATISTICS)
        extended = _statistics(parameters, "ExtendedStatistics", limits.MAX_EXTENDED_STATISTICS)
        if not plain and not extended:
            raise InvalidParameterCombination(
                "At least one of the parameters Statistics and ExtendedStatistics must be "
                "specified."
            )
        dimensions = reading.dimensions(reading.items(parameters, "Dimensions"))
        series = self._store.series(namespace, name, dimensions)
        if series is None or parameters.get("Unit") not in (None, series.unit):
            return {"Label": name, "Datapoints": []}
        periods = series.periods(reading.aligned(start, period), end, period)

        def points() -> list[dict[str, Any]]:
            return [
                {
                    "Timestamp": reading.shown_time(call, begin),
                    "Unit": series.unit,
                    **_point(values, plain, extended),
                }
                for begin, values in periods.items()
            ]

        samples = sum(len(values.samples) for values in periods.values()) if extended else 0
        found = await self._work.run(points) if samples > _SAMPLES_HERE else points()
        return {"Label": name, "Datapoints": found}

    async def _data(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        start, end = reading.time_range(parameters)
        queries = reading.required_list(parameters, "MetricDataQueries")
        reading.at_most(queries, limits.MAX_QUERIES, "MetricDataQueries")
        page = DataPage(parameters)
        asked = MetricQueries(self._store, queries, start, end, self._work)
        return page.of(await asked.shown(), lambda at: reading.shown_time(call, at))

    def _list(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        wanted = [
            (str(each.get("Name", "")), each.get("Value"))
            for each in reading.items(parameters, "Dimensions")
            if isinstance(each, dict)
        ]
        since = self._since(parameters)
        found = (
            key
            for key, series in self._store.metrics()
            if series.last >= since
            and parameters.get("Namespace") in (None, key.namespace)
            and parameters.get("MetricName") in (None, key.name)
            and all(_has(key, name, value) for name, value in wanted)
        )
        first = from_token(parameters.get("NextToken"))
        # One entry more than shown says whether there is another page.
        page = list(islice(found, first, first + MAX_LISTED + 1))
        result: dict[str, Any] = {"Metrics": [_shown(key) for key in page[:MAX_LISTED]]}
        if len(page) > MAX_LISTED:
            result["NextToken"] = token_of(first + MAX_LISTED)
        return result

    def _since(self, parameters: Parameters) -> float:
        """How new a metric's newest value is, for a metric that ListMetrics lists."""
        given = parameters.get("RecentlyActive")
        if given not in (None, "PT3H"):
            raise ValidationError(
                f"1 validation error detected: Value '{given}' at 'recentlyActive' failed to "
                "satisfy constraint: Member must satisfy enum value set: [PT3H]"
            )
        return self._store.wall() - limits.RECENTLY_SECONDS if given else 0.0


def _point(values: StatisticSet, plain: list[str], extended: list[str]) -> dict[str, Any]:
    point: dict[str, Any] = {**values.values(plain)}
    if extended:
        found = values.values(extended).items()
        point["ExtendedStatistics"] = {each: value for each, value in found if value is not None}
    return point


def _statistics(parameters: Parameters, name: str, most: int) -> list[str]:
    found = reading.items(parameters, name)
    reading.at_most(found, most, name)
    return list(map(reading.statistic, found))


def _shown(key: MetricKey) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in key.dimensions]
    return {"Namespace": key.namespace, "MetricName": key.name, "Dimensions": dimensions}


def _has(key: MetricKey, name: str, value: Any) -> bool:
    return any(n == name and value in (None, v) for n, v in key.dimensions)
