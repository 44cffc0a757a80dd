"""The functions of metric math that go through one time series, and those that make a number of it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import accumulate, pairwise

# a time series: value by start of its period
Series = dict[float, float]
Points = list[tuple[float, float]]


def _running_sum(points: Points) -> Series:
    totals = accumulate(value for _, value in points)
    return {at: total for (at, _), total in zip(points, totals, strict=True)}


def _differences(points: Points) -> Series:
    return {at: value - before for (_, before), (at, value) in pairwise(points)}


def _gaps(points: Points) -> Series:
    return {at: at - then for (then, _), (at, _) in pairwise(points)}


def _rates(points: Points) -> Series:
    return {at: (value - old) / (at - then) for (then, old), (at, value) in pairwise(points)}


def _deviation(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


# functions of each value by itself; a logarithm of what has none is no point
OF_VALUES: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": lambda value: math.log(value) if value > 0 else math.nan,
    "LOG10": lambda value: math.log10(value) if value > 0 else math.nan,
}
# of the start of each period, in UTC
_OF_TIMES: dict[str, Callable[[datetime], float]] = {
    "MINUTE": lambda at: at.minute,
    "HOUR": lambda at: at.hour,
    # Monday is 1
    "DAY": datetime.isoweekday,
    "DATE": lambda at: at.day,
    "MONTH": lambda at: at.month,
    "YEAR": lambda at: at.year,
    "EPOCH": datetime.timestamp,
}
# of the points in the order of time
_OF_POINTS: dict[str, Callable[[Points], Series]] = {
    "RUNNING_SUM": _running_sum,
    "DIFF": _differences,
    "DIFF_TIME": _gaps,
    "RATE": _rates,
}
# numbers of values
REDUCTIONS: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
    "STDDEV": _deviation,
    "DATAPOINT_COUNT": len,
}
TRANSFORMS = frozenset((*OF_VALUES, *_OF_TIMES, *_OF_POINTS))


def transform(name: str, series: Series) -> Series:
    """A series of another one. Raises LookupError for a function that is not among `TRANSFORMS`."""
    if name in OF_VALUES:
        compute = OF_VALUES[name]
        found = {at: float(compute(value)) for at, value in series.items()}
        return {at: value for at, value in found.items() if not math.isnan(value)}
    if name in _OF_TIMES:
        tell = _OF_TIMES[name]
        return {at: float(tell(datetime.fromtimestamp(at, UTC))) for at in series}
    return _OF_POINTS[name](sorted(series.items()))
