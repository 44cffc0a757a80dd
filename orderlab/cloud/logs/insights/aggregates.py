"""The aggregation functions of `stats`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

from orderlab.cloud.logs.insights.functions import number, text

Compute = Callable[[Any], Any]


def _numbers(rows: list[Any], compute: Compute) -> list[float]:
    return [found for row in rows if (found := number(compute(row))) is not None]


def _count(rows: list[Any], compute: Compute | None = None) -> float:
    if compute is None:
        return float(len(rows))
    return float(sum(compute(row) is not None for row in rows))


def _distinct(rows: list[Any], compute: Compute) -> float:
    return float(len({text(value) for row in rows if (value := compute(row)) is not None}))


def _sum(rows: list[Any], compute: Compute) -> float | None:
    values = _numbers(rows, compute)
    return sum(values) if values else None


def _average(rows: list[Any], compute: Compute) -> float | None:
    values = _numbers(rows, compute)
    return sum(values) / len(values) if values else None


def _least(rows: list[Any], compute: Compute) -> float | None:
    return min(_numbers(rows, compute), default=None)


def _greatest(rows: list[Any], compute: Compute) -> float | None:
    return max(_numbers(rows, compute), default=None)


def _percentile(rows: list[Any], compute: Compute, percent: Compute) -> float | None:
    values = sorted(_numbers(rows, compute))
    wanted = number(percent(rows[0])) if rows else None
    if not values or wanted is None:
        return None
    place = min(max(wanted, 0.0), 100.0) / 100 * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def _median(rows: list[Any], compute: Compute) -> float | None:
    return _percentile(rows, compute, lambda row: 50.0)


def _deviation(rows: list[Any], compute: Compute) -> float | None:
    values = _numbers(rows, compute)
    if not values:
        return None
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) * (value - mean) for value in values) / len(values))


def _by_time(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: number(row.get("@timestamp")) or 0.0)


def _earliest(rows: list[Any], compute: Compute) -> Any:
    return next((v for row in _by_time(rows) if (v := compute(row)) is not None), None)


def _latest(rows: list[Any], compute: Compute) -> Any:
    ordered = reversed(_by_time(rows))
    return next((v for row in ordered if (v := compute(row)) is not None), None)


def _sorted_texts(rows: list[Any], compute: Compute) -> list[str]:
    return sorted(found for row in rows if (found := text(compute(row))) is not None)


AGGREGATES: dict[str, Callable[..., Any]] = {
    "count": _count,
    "count_distinct": _distinct,
    "sum": _sum,
    "avg": _average,
    "min": _least,
    "max": _greatest,
    "pct": _percentile,
    "percentile": _percentile,
    "median": _median,
    "stddev": _deviation,
    "earliest": _earliest,
    "latest": _latest,
    "sortsfirst": lambda rows, compute: next(iter(_sorted_texts(rows, compute)), None),
    "sortslast": lambda rows, compute: next(reversed(_sorted_texts(rows, compute)), None),
}
