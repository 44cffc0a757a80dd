"""What PutMetricData adds.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from orderlab.cloud.cloudwatch import limits, reading
from orderlab.cloud.cloudwatch.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)
from orderlab.cloud.cloudwatch.store import MetricStore

UNITS = (
    *("Seconds", "Microseconds", "Milliseconds"),
    *("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"),
    *("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count"),
    *("Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second"),
    *("Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second"),
    *("Gigabits/Second", "Terabits/Second", "Count/Second", "None"),
)
# an entry has its values in one of these forms
_FORMS = ("Value", "Values", "StatisticValues")


def addition(namespace: str, datum: Any, place: str, now: float) -> Callable[[MetricStore], None]:
    """What one entry adds, checked in full before anything is added; `now` as `Clock.wall`."""
    if not isinstance(datum, dict):
        raise ValidationError("A member of MetricData cannot be read.")
    name = reading.text(datum, "MetricName")
    reading.require_length(name, f"{place}.MetricName", limits.MAX_NAME)
    unit = datum.get("Unit") or "None"
    if unit not in UNITS:
        raise InvalidParameterValue(
            f"The parameter {place}.Unit must be a value in the set [ {', '.join(UNITS)} ]."
        )
    common: dict[str, Any] = {
        "unit": unit,
        "dimensions": reading.dimensions(reading.items(datum, "Dimensions")),
        "timestamp": _timestamp(datum, place, now),
    }
    _require_one_form(datum)
    if datum.get("StatisticValues"):
        numbers = _statistic_set(datum["StatisticValues"])
        return lambda store: store.add_set(namespace, name, statistics=numbers, **common)
    values = _values(datum, place)

    def add(store: MetricStore) -> None:
        for value, times in values:
            store.add(namespace, name, value, times=times, **common)

    return add


def _require_one_form(datum: Mapping[str, Any]) -> None:
    """Raise InvalidParameterCombination for an entry with values in several forms."""
    given = [name for name in _FORMS if datum.get(name) not in (None, [], {})]
    if len(given) > 1:
        raise reading.mutually_exclusive(given[0], given[1])


def _timestamp(datum: Mapping[str, Any], place: str, now: float) -> float | None:
    if datum.get("Timestamp") is None:
        return None
    found = reading.moment(datum["Timestamp"], "Timestamp")
    if found < now - limits.OLDEST_SECONDS:
        raise InvalidParameterValue(
            f"The parameter {place}.Timestamp must specify a time within the past two weeks."
        )
    if found > now + limits.NEWEST_SECONDS:
        raise InvalidParameterValue(
            f"The parameter {place}.Timestamp must specify a time no more than two hours in the "
            "future."
        )
    return found


def _statistic_set(given: Any) -> tuple[float, float, float, float]:
    if not isinstance(given, dict):
        raise ValidationError("StatisticValues cannot be read.")
    count, total, least, greatest = (
        reading.value(given.get(each), each)
        for each in ("SampleCount", "Sum", "Minimum", "Maximum")
    )
    return count, total, least, greatest


def _values(datum: Mapping[str, Any], place: str) -> list[tuple[float, float]]:
    found = reading.items(datum, "Values")
    if found:
        reading.at_most(found, limits.MAX_VALUES, f"{place}.Values")
        counts = reading.items(datum, "Counts") or [1] * len(found)
        if len(counts) != len(found):
            raise InvalidParameterValue("The lengths of Values and Counts must be the same.")
        pairs = zip(found, counts, strict=True)
        return [(reading.value(v, "Values"), reading.value(c, "Counts")) for v, c in pairs]
    if datum.get("Value") is None:
        raise InvalidParameterCombination(
            "At least one of the parameters Value, Values or StatisticValues must be specified."
        )
    return [(reading.value(datum["Value"], "Value"), 1.0)]
