"""GetMetricData: several metrics and expressions over one range of time.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html

Differs from AWS: the points that may be asked for in a second are counted for each call alone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.cloudwatch import limits, reading
from orderlab.cloud.cloudwatch.errors import MissingParameter, ValidationError
from orderlab.cloud.cloudwatch.expressions import (
    evaluate,
    identifiers,
    operations,
)
from orderlab.cloud.cloudwatch.math_functions import Series
from orderlab.cloud.cloudwatch.statistics import StatisticSet
from orderlab.cloud.cloudwatch.store import MetricStore
from orderlab.cloud.telemetry.long_work import LongWork

_ID = re.compile(r"^[a-z][a-zA-Z0-9_]{0,254}$")
# points that are read or computed, and expressions that are read, before others get their turn
_AT_A_TIME = 5_000
_EXPRESSIONS_AT_A_TIME = 20


class MetricQueries:
    """The queries of one call, answered together, since expressions refer to the others."""

    def __init__(
        self,
        store: MetricStore,
        queries: list[Any],
        start: float,
        end: float,
        work: LongWork | None = None,
    ) -> None:
        self._store = store
        self._now = store.wall()
        self._start = start
        self._end = min(end, self._now + limits.NEWEST_SECONDS)
        self._work = work or LongWork()
        self._queries: dict[str, Mapping[str, Any]] = {_id(query): query for query in queries}
        if len(self._queries) < len(queries):
            raise ValidationError(
                "The values for parameter id in MetricDataQueries are not unique."
            )
        self._metrics = [name for name, query in self._queries.items() if query.get("MetricStat")]
        self._periods: dict[str, dict[int, StatisticSet]] = {}
        self._results: dict[str, Series] = {}
        self._under_way: set[str] = set()

    async def shown(self) -> list[tuple[str, str, Series]]:
        """Id, label and series of the queries whose data are to be returned.

        Raises Throttling if they ask for more points than one call may.
        """
        computed = await self.estimate()
        read = found = 0
        for name in self._metrics:
            periods = self._periods[name] = self._read(self._queries[name]["MetricStat"])
            found += len(periods)
            if found - read > _AT_A_TIME:
                read = found
                await asyncio.sleep(0)
        if computed + found > _AT_A_TIME:
            return await self._work.run(self._answers)
        return self._answers()

    def _answers(self) -> list[tuple[str, str, Series]]:
        for name, periods in self._periods.items():
            self._results[name] = self._values(self._queries[name]["MetricStat"], periods)
        try:
            return [
                (name, _label(query), self._result(name))
                for name, query in self._queries.items()
                if query.get("ReturnData", True) not in (False, "false")
            ]
        except RecursionError:
            raise ValidationError("The expressions refer to each other too deeply.") from None

    def _result(self, name: str) -> Series:
        """The series of one query; a query that needs itself is refused."""
        if name not in self._results:
            if name in self._under_way:
                raise ValidationError(f"Circular dependency on the query {name}.")
            self._under_way.add(name)
            self._results[name] = self._expression(self._queries[name])
        return self._results[name]

    # --- how much it is ---

    async def estimate(self) -> int:
        """Points that the expressions go through. Raises Throttling if there are too many."""
        points = computed = 0
        for number, query in enumerate(self._queries.values(), 1):
            if number % _EXPRESSIONS_AT_A_TIME == 0:
                await asyncio.sleep(0)
            if query.get("MetricStat"):
                count = len(self._times(reading.period(query["MetricStat"].get("Period"))))
            else:
                used = self._used(query)
                count = len(self._times(self._period(query, used)))
                computed += count * (operations(str(query["Expression"])) + len(used))
            points += count
        limits.require_affordable(points, computed)
        return computed

    def _times(self, period: int) -> range:
        """The starts of all periods of the range, as far back as there can be points."""
        kept = self._now - limits.kept_seconds(period)
        start = int(reading.aligned(max(self._start, kept), period))
        return range(start, max(int(-(-self._end // 1)), start), period)

    # --- one query ---

    def _expression(self, query: Mapping[str, Any]) -> Series:
        used = self._used(query)
        period = self._period(query, used)
        times = [float(at) for at in self._times(period)]
        found = {name: self._result(name) for name in used}
        return evaluate(str(query["Expression"]), found, times, period)

    def _used(self, query: Mapping[str, Any]) -> list[str]:
        expression = str(query["Expression"])
        if "METRICS(" in expression:
            return self._metrics
        named = identifiers(expression)
        return [name for name in self._queries if name in named]

    def _period(self, query: Mapping[str, Any], used: list[str]) -> int:
        if query.get("Period"):
            return reading.period(query["Period"])
        stats = (self._queries[name].get("MetricStat") for name in used)
        return max((reading.period(stat.get("Period")) for stat in stats if stat), default=60)

    def _read(self, stat: Mapping[str, Any]) -> dict[int, StatisticSet]:
        """The statistics of the periods of a metric; only the newest may still change."""
        metric = stat.get("Metric")
        if not isinstance(metric, dict):
            raise MissingParameter(
                "The parameter MetricDataQueries.member.1.MetricStat.Metric is required."
            )
        reading.statistic(stat.get("Stat"))
        period = reading.period(stat.get("Period"))
        dimensions = reading.dimensions(reading.items(metric, "Dimensions"))
        series = self._store.series(
            reading.text(metric, "Namespace"), reading.text(metric, "MetricName"), dimensions
        )
        if series is None or stat.get("Unit") not in (None, series.unit):
            return {}
        return series.periods(self._times(period).start, self._end, period)

    def _values(self, stat: Mapping[str, Any], periods: dict[int, StatisticSet]) -> Series:
        statistic = reading.statistic(stat.get("Stat"))
        values = {float(begin): found.value(statistic) for begin, found in periods.items()}
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
