"""Where the cloud counts: metrics by namespace, name and dimensions, in periods of a second.

Adding costs the same however much is stored: a value waits in a list until its second is over or
somebody asks. As CloudWatch does, it keeps seconds of custom metrics for three hours, and minutes
of all for 15 days. Seconds of AWS's own metrics, which CloudWatch has by the minute only, are kept
for a quarter of an hour, for alarms and boards that would otherwise wait for the minute's end.

Differs from AWS: minutes are not gathered into longer periods after 15 days, but forgotten.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orderlab.clock import Clock
from orderlab.cloud.cloudwatch.periods import Periods
from orderlab.cloud.cloudwatch.statistics import StatisticSet

KEEP_SECONDS = 3 * 3600
KEEP_AWS_SECONDS = 900
KEEP_MINUTES = 15 * 24 * 3600
# values of one second that wait at most
MAX_WAITING = 200
# How many metrics are kept. Beyond that, the ones without new values for longest are dropped.
MAX_SERIES = 50_000
_DROPPED_AT_ONCE = MAX_SERIES // 20
Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MetricKey:
    """What tells one metric from another."""

    namespace: str
    name: str
    dimensions: Dimensions


class Series:
    """The values of one metric."""

    __slots__ = ("_chance", "_keep", "_minutes", "_second", "_seconds", "_waiting", "last", "unit")

    def __init__(self, unit: str, chance: random.Random, keep: int = KEEP_SECONDS) -> None:
        self.unit = unit
        self._keep = keep
        self.last = 0.0
        self._chance = chance
        self._second = 0
        # values of that second which are not in its statistics yet
        self._waiting: list[float] = []
        self._seconds = Periods(1, keep)
        self._minutes = Periods(60, KEEP_MINUTES)

    def add(self, timestamp: float, value: float) -> None:
        """Add one value at a moment."""
        second = int(timestamp)
        waiting = self._waiting
        if second != self._second or len(waiting) >= MAX_WAITING:
            self._settle()
            self._second, waiting = second, self._waiting
        waiting.append(value)
        if timestamp > self.last:
            self.last = timestamp

    def _settle(self) -> None:
        values, self._waiting = self._waiting, []
        if values:
            for statistics in self._sets(self._second):
                statistics.add_all(values, self._chance)

    def sets(self, timestamp: float) -> tuple[StatisticSet, StatisticSet]:
        """The statistics of the second and of the minute that a moment is in."""
        self._settle()
        self.last = max(self.last, timestamp)
        return self._sets(int(timestamp))

    def _sets(self, second: int) -> tuple[StatisticSet, StatisticSet]:
        return self._seconds.at(second), self._minutes.at(second - second % 60)

    def last_periods(self, end: int, period: int, count: int) -> list[StatisticSet | None]:
        """The statistics of the last periods before `end`, the oldest first, None where empty.

        To the second, and to the minute where seconds are no longer kept.
        """
        self._settle()
        found: list[list[StatisticSet]] = [[] for _ in range(count)]
        begin = end - count * period
        seconds_from = max(begin, end - self._keep)
        for moment, values in self._seconds.between(seconds_from, end):
            found[(moment - begin) // period].append(values)
        for moment, values in self._minutes.between(begin - begin % -60, seconds_from - 59):
            found[(moment - begin) // period].append(values)
        return [StatisticSet().merge(each) if each else None for each in found]

    def periods(self, start: float, end: float, period: int) -> dict[int, StatisticSet]:
        """The statistics of each period from `start` (inclusive) to `end`, where there are any."""
        self._settle()
        by_minute = period % 60 == 0 and start % 60 == 0
        source = self._minutes if by_minute else self._seconds
        found: dict[int, list[StatisticSet]] = {}
        for moment, values in source.between(int(start), end):
            found.setdefault(int(start + (moment - start) // period * period), []).append(values)
        return {begin: _together(values) for begin, values in sorted(found.items())}


def _together(values: list[StatisticSet]) -> StatisticSet:
    return values[0] if len(values) == 1 else StatisticSet().merge(values)


class MetricStore:
    """All metrics of the account."""

    def __init__(self, seed: int | None = None, clock: Clock | None = None) -> None:
        """Values that come without a moment have the clock's."""
        self.clock = clock or Clock()
        self.wall = self.clock.wall
        self._series: dict[MetricKey, Series] = {}
        self._keys: dict[tuple[str, str, frozenset[tuple[str, str]]], Series] = {}
        self._chance = random.Random(seed)

    def add(
        self,
        namespace: str,
        name: str,
        value: float,
        *,
        unit: str = "Count",
        dimensions: Mapping[str, str],
        timestamp: float | None = None,
        times: float = 1.0,
    ) -> None:
        """Add a value (`times` times), now or at `timestamp` (seconds since 1970)."""
        series = self._find(namespace, name, dimensions, unit)
        moment = self.wall() if timestamp is None else timestamp
        if times == 1.0:
            series.add(moment, value)
            return
        for statistics in series.sets(moment):
            statistics.add(value, self._chance, times)

    def add_set(
        self,
        namespace: str,
        name: str,
        *,
        unit: str,
        dimensions: Mapping[str, str],
        timestamp: float | None,
        statistics: tuple[float, float, float, float],
    ) -> None:
        """Add values as a statistic set: count, sum, minimum, maximum."""
        series = self._find(namespace, name, dimensions, unit)
        for kept in series.sets(self.wall() if timestamp is None else timestamp):
            kept.add_set(*statistics)

    def _find(self, namespace: str, name: str, dimensions: Mapping[str, str], unit: str) -> Series:
        key = (namespace, name, frozenset(dimensions.items()))
        found = self._keys.get(key)
        if found is None:
            if len(self._series) >= MAX_SERIES:
                self._drop_the_oldest()
            keep = KEEP_AWS_SECONDS if namespace.startswith("AWS/") else KEEP_SECONDS
            found = self._keys[key] = Series(unit, self._chance, keep)
            self._series[MetricKey(namespace, name, tuple(sorted(dimensions.items())))] = found
        return found

    def _drop_the_oldest(self) -> None:
        by_age = sorted(self._series, key=lambda key: self._series[key].last)
        for key in by_age[:_DROPPED_AT_ONCE]:
            del self._series[key]
            del self._keys[key.namespace, key.name, frozenset(key.dimensions)]

    def series(self, namespace: str, name: str, dimensions: Mapping[str, str]) -> Series | None:
        """The metric with exactly these dimensions."""
        return self._keys.get((namespace, name, frozenset(dimensions.items())))

    def metrics(self) -> Iterable[tuple[MetricKey, Series]]:
        """Every metric that is kept, with its values."""
        return self._series.items()
