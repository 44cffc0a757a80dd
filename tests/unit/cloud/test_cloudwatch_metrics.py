"""Metrics: what is kept of values, and arithmetic on them."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.cloudwatch import reading
from orderlab.cloud.cloudwatch import store as metric_store
from orderlab.cloud.cloudwatch.expressions import evaluate
from orderlab.cloud.cloudwatch.statistics import MAX_MERGED_SAMPLES, StatisticSet
from orderlab.cloud.cloudwatch.store import KEEP_SECONDS, MetricStore

START = 1_700_000_040.0  # a whole minute


def store_of(*values: tuple[float, float]) -> MetricStore:
    """A store with one metric: values by seconds after START."""
    store = MetricStore(seed=1)
    for after, value in values:
        store.add("N", "m", value, dimensions={"d": "v"}, timestamp=START + after)
    return store


def statistic(store: MetricStore, name: str, period: int, length: float) -> dict[int, float | None]:
    series = store.series("N", "m", {"d": "v"})
    assert series is not None
    found = series.periods(START, START + length, period)
    return {int(begin - START): values.value(name) for begin, values in found.items()}


def test_values_are_gathered_by_period() -> None:
    store = store_of((0, 1), (59, 2), (60, 4), (119.9, 8), (120, 16))
    assert statistic(store, "Sum", 60, 180) == {0: 3, 60: 12, 120: 16}
    assert statistic(store, "Sum", 180, 180) == {0: 31}
    assert statistic(store, "SampleCount", 60, 120) == {0: 2, 60: 2}
    assert statistic(store, "Average", 1, 60) == {0: 1, 59: 2}
    assert statistic(store, "Sum", 10, 61) == {0: 1, 50: 2, 60: 4}


def test_statistics_of_a_period() -> None:
    store = store_of(*((i / 10, i + 1) for i in range(100)))
    expected = {"Minimum": 1, "Maximum": 100, "Average": 50.5, "p50": 50.5, "p100": 100, "p0": 1}
    for name, value in expected.items():
        assert statistic(store, name, 60, 60) == {0: pytest.approx(value)}
    assert statistic(store, "p99", 60, 60)[0] == pytest.approx(99.01)
    assert statistic(store, "tm90", 60, 60)[0] == pytest.approx(45.5)


def test_other_dimensions_are_another_metric() -> None:
    store = store_of((0, 1))
    assert store.series("N", "m", {}) is None
    assert store.series("N", "m", {"d": "w"}) is None
    store.add("N", "m", 5, dimensions={"b": "2", "a": "1"}, timestamp=START)
    assert store.series("N", "m", {"a": "1", "b": "2"}) is not None
    assert len(list(store.metrics())) == 2


def test_seconds_are_forgotten_and_minutes_kept() -> None:
    store = store_of((0, 1), (KEEP_SECONDS + 1, 2))
    assert statistic(store, "Sum", 1, 10) == {}
    assert statistic(store, "Sum", 60, 60) == {0: 1}


def test_a_statistic_set_adds_to_what_is_there() -> None:
    store = store_of((0, 10))
    store.add_set("N", "m", unit="Count", dimensions={"d": "v"}, timestamp=START,
                  statistics=(4, 20, 1, 15))  # fmt: skip
    assert statistic(store, "Average", 60, 60) == {0: 6}
    assert statistic(store, "Maximum", 60, 60) == {0: 15}


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=500))
def test_sum_and_extremes_are_exact_however_many_there_are(values: list[float]) -> None:
    store = store_of(*((0, value) for value in values))
    assert statistic(store, "Sum", 60, 60)[0] == pytest.approx(sum(values))
    assert statistic(store, "Minimum", 60, 60)[0] == min(values)
    middle = statistic(store, "p50", 60, 60)[0]
    assert middle is not None
    assert min(values) <= middle <= max(values)


SERIES = {"a": {0.0: 1.0, 60.0: 2.0, 120.0: 4.0}, "b": {0.0: 2.0, 120.0: 0.0}}
TIMES = [0.0, 60.0, 120.0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a * 2 + 1", {0: 3, 60: 5, 120: 9}),
        ("a / b", {0: 0.5}),
        ("100 * a / (a + b)", {0: 100 / 3, 120: 100}),
        ("a ^ 2", {0: 1, 60: 4, 120: 16}),
        ("-a", {0: -1, 60: -2, 120: -4}),
        ("FILL(b, 7)", {0: 2, 60: 7, 120: 0}),
        ("FILL(b, REPEAT)", {0: 2, 60: 2, 120: 0}),
        ("SUM([a, b])", {0: 3, 60: 2, 120: 4}),
        ("AVG(METRICS())", {0: 1.5, 60: 2, 120: 2}),
        ("MAX(a)", {0: 4, 60: 4, 120: 4}),
        ("a - AVG(a)", {0: -4 / 3, 60: -1 / 3, 120: 5 / 3}),
        ("RATE(a)", {60: 1 / 60, 120: 2 / 60}),
        ("DIFF(a)", {60: 1, 120: 2}),
        ("RUNNING_SUM(a)", {0: 1, 60: 3, 120: 7}),
        ("a / PERIOD(a)", {0: 1 / 60, 60: 2 / 60, 120: 4 / 60}),
        ("IF(a > 1, a, 0)", {0: 0, 60: 2, 120: 4}),
        ("CEIL(a / 3)", {0: 1, 60: 1, 120: 2}),
        ("a > 1 AND (b > 0 OR a > 3)", {0: 0, 120: 1}),
        ("a > 1 && a < 4 || a == 1", {0: 1, 60: 1, 120: 0}),
        ("LOG10(a * 10 - 10)", {60: 1, 120: math.log10(30)}),
        ("LOG(a)", {0: 0, 60: math.log(2), 120: math.log(4)}),
        ("STDDEV(b)", {0: 1, 60: 1, 120: 1}),
        ("DATAPOINT_COUNT(b)", {0: 2, 60: 2, 120: 2}),
        ("DATAPOINT_COUNT(METRICS())", {0: 2, 60: 1, 120: 2}),
        ("METRIC_COUNT(METRICS())", {0: 2, 60: 2, 120: 2}),
        ("FIRST(METRICS()) - LAST(METRICS())", {0: -1, 120: 4}),
        ("TIME_SERIES(3)", {0: 3, 60: 3, 120: 3}),
        ("DIFF_TIME(b)", {120: 120}),
        ("MINUTE(a)", {0: 0, 60: 1, 120: 2}),
        ("HOUR(a) + DAY(a) + MONTH(a) + YEAR(a)", dict.fromkeys((0, 60, 120), 1975)),
        ("EPOCH(a)", {0: 0, 60: 60, 120: 120}),
    ],
)
def test_expressions(expression: str, expected: dict[float, float]) -> None:
    found = evaluate(expression, SERIES, TIMES, 60)
    assert found == {at: pytest.approx(value) for at, value in expected.items()}


@pytest.mark.parametrize("expression", ["a +", "c", "__import__('os')", "a.real", "a if a else b",
                                        "[a", "(lambda: 1)()", "SUM()", "'x'", "a and b",
                                        "FIRST(a)", "a AND", "AND(a, b)"])  # fmt: skip
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(AwsError) as error:
        evaluate(expression, SERIES, TIMES, 60)
    assert error.value.code == "ValidationError"


@pytest.mark.parametrize("expression", ["1/0", "a / 0", "a + 1/0", "10^400", "a * 1e308 * 10",
                                        "MAX(c)", "(0-8)^0.5", "(0-a)^0.5"])  # fmt: skip
def test_what_is_no_number_gives_no_point(expression: str) -> None:
    assert evaluate(expression, {**SERIES, "c": {}}, TIMES, 60) == {}


def test_expressions_give_numbers_to_those_that_follow() -> None:
    assert evaluate("IF(1, a, 0)", SERIES, TIMES, 60) == SERIES["a"]
    assert evaluate("SUM(FILL(METRICS(), 1))", SERIES, TIMES, 60) == {0.0: 3.0, 60.0: 3.0, 120: 4}
    assert evaluate("FILL(b, 1/0)", SERIES, TIMES, 60) == SERIES["b"]
    assert evaluate("a >= 2", SERIES, TIMES, 60) == {0.0: 0.0, 60.0: 1.0, 120.0: 1.0}


@pytest.mark.parametrize("value", ["-1e300", "1e308", "8640000000000000", "Thu", None, True])
def test_times_are_within_the_years_that_a_date_can_have(value: Any) -> None:
    with pytest.raises(AwsError):
        reading.moment(value, "StartTime")


def test_the_last_periods_are_counted_from_the_end() -> None:
    store = store_of((0, 1), (9, 2), (10, 4), (25, 8))
    series = store.series("N", "m", {"d": "v"})
    assert series is not None

    def sums(end: float, period: int, count: int) -> list[float | None]:
        found = series.last_periods(int(START + end), period, count)
        return [None if each is None else each.total for each in found]

    assert sums(30, 10, 3) == [3, 4, 8]
    assert sums(35, 10, 3) == [6, None, 8]
    assert sums(0, 10, 2) == [None, None]
    # minutes stand in where seconds are no longer kept
    assert sums(KEEP_SECONDS + 3600, 3600, 5) == [None, 15, None, None, None]


def test_metrics_that_nobody_adds_to_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_store, "MAX_SERIES", 20)
    monkeypatch.setattr(metric_store, "_DROPPED_AT_ONCE", 5)
    store = MetricStore(seed=1)
    for i in range(30):
        store.add("N", "m", 1, dimensions={"d": "busy"}, timestamp=START + i)
        store.add("N", "m", 1, dimensions={"d": str(i)}, timestamp=START + i)
    assert len(list(store.metrics())) <= 20
    assert store.series("N", "m", {"d": "busy"}) is not None
    assert store.series("N", "m", {"d": "0"}) is None
    assert store.series("N", "m", {"d": "29"}) is not None


def test_samples_of_many_periods_are_thinned_out_evenly() -> None:
    sets = []
    for i in range(300):
        each = StatisticSet()
        each.add_all([float(i)] * 200, random.Random(1))
        sets.append(each)
    merged = StatisticSet().merge(sets)
    assert len(merged.samples) <= MAX_MERGED_SAMPLES * 1.5
    assert merged.value("p50") == pytest.approx(150, abs=2)
    assert merged.count == 60_000


def test_searches_say_that_they_are_not_done() -> None:
    with pytest.raises(NotDoneYet):
        evaluate("SEARCH('{AWS/Lambda}', 'Sum', 60)", SERIES, TIMES, 60)
