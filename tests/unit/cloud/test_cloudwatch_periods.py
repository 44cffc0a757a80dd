"""Periods of a metric give the same statistics packed and open."""

from __future__ import annotations

import random
import sys
from array import array
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orderlab.cloud.cloudwatch.periods import BLOCK, Periods
from orderlab.cloud.cloudwatch.statistics import MAX_SAMPLES, StatisticSet

STATISTICS = ("SampleCount", "Sum", "Minimum", "Maximum", "Average", "p50", "p99", "tm90", "IQM")
KEEP = 30 * BLOCK
CHANCE = random.Random(1)


def plain(found: StatisticSet) -> tuple[Any, ...]:
    return (*found.values(STATISTICS).values(), found.samples.tolist())


def shown(periods: Periods, start: int = 0, end: int = 10**6) -> dict[int, tuple[Any, ...]]:
    return {moment: plain(values) for moment, values in periods.between(start, end)}


def objects(periods: Periods) -> int:
    return len(periods._open)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, KEEP), st.sampled_from((1.0, 2.5, -3.0, 1e9)), st.integers(1, 4)),
        max_size=200,
    ),
    st.integers(0, KEEP),
    st.booleans(),
)
def test_values_in_any_order_are_found_as_they_were_added(
    values: list[tuple[int, float, int]], start: int, in_order: bool
) -> None:
    tested, known = Periods(1, KEEP), dict[int, StatisticSet]()
    for moment, value, times in sorted(values) if in_order else values:
        for _ in range(times):
            tested.at(moment).add(value, CHANCE)
            known.setdefault(moment, StatisticSet()).add(value, CHANCE)
    wanted = {moment: plain(each) for moment, each in known.items()}
    assert shown(tested) == wanted
    assert shown(tested, start) == {at: each for at, each in wanted.items() if at >= start}
    assert shown(tested, 0, start) == {at: each for at, each in wanted.items() if at < start}


def test_sets_without_samples_and_with_all_of_them_come_back() -> None:
    periods = Periods(60, 10**6)
    periods.at(0).add_set(5, 20, 1, 9)
    for number in range(3 * MAX_SAMPLES):
        periods.at(60).add(number, CHANCE)
    periods.at(120).add(7.0, CHANCE, times=1000)
    before = shown(periods)
    periods.at(60 * 10 * BLOCK)
    assert objects(periods) == 1
    assert {at: each for at, each in shown(periods).items() if at <= 120} == before


def test_a_value_of_an_old_period_joins_what_is_packed() -> None:
    periods = Periods(1, KEEP)
    for moment in range(KEEP):
        periods.at(moment).add(1.0, CHANCE)
    periods.at(3).add(5.0, CHANCE)
    assert shown(periods, 2, 5) == {
        2: plain(one(1.0)), 3: plain(one(1.0, 5.0)), 4: plain(one(1.0)),
    }  # fmt: skip
    for moment in range(KEEP, KEEP + 3 * BLOCK):
        periods.at(moment).add(1.0, CHANCE)
    assert objects(periods) <= 3 * BLOCK
    assert shown(periods, 3 * BLOCK)[3 * BLOCK] == plain(one(1.0))


def test_periods_are_forgotten_one_by_one() -> None:
    periods = Periods(1, KEEP)
    for moment in range(3 * KEEP):
        periods.at(moment).add(1.0, CHANCE)
        if moment % 37 == 0:
            assert next(iter(shown(periods))) == max(moment - KEEP, 0)
    assert len(periods._packed) <= KEEP // BLOCK + 1


def test_many_values_of_old_periods_are_packed_in_turns() -> None:
    periods = Periods(1, 200 * BLOCK)
    for moment in reversed(range(100 * BLOCK)):
        periods.at(moment).add(1.0, CHANCE)
    for moment in range(100 * BLOCK, 116 * BLOCK):
        periods.at(moment).add(1.0, CHANCE)
    assert objects(periods) <= 3 * BLOCK
    assert list(shown(periods)) == list(range(116 * BLOCK))


def test_a_packed_count_takes_a_tenth_of_an_open_one() -> None:
    open_one = one(*[1.0] * 50)
    periods = Periods(1, 10**6)
    for moment in range(100 * BLOCK):
        values = periods.at(moment)
        for _ in range(50):
            values.add(1.0, CHANCE)
    packed = sum(map(sys.getsizeof, periods._packed.values())) / (100 * BLOCK)
    opened = sys.getsizeof(open_one) + sys.getsizeof(array("d", open_one.samples))
    assert packed < opened / 8
    assert objects(periods) <= 3 * BLOCK


def one(*values: float) -> StatisticSet:
    found = StatisticSet()
    for value in values:
        found.add(value, CHANCE)
    return found
