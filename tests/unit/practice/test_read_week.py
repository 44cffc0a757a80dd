"""Looks at the week's orders, and how many of them a cache would answer."""

from __future__ import annotations

import pytest

from orderlab.practice import read_week
from orderlab.practice.orders import week


def test_each_order_is_looked_at_ten_times_in_the_order_of_time() -> None:
    found = read_week.looks(week()[:20], seed=6)
    assert len(found) == 20 * read_week.LOOKS
    assert [look.at for look in found] == sorted(look.at for look in found)


def test_the_same_seed_gives_the_same_looks() -> None:
    orders = week()[:5]
    assert read_week.looks(orders, seed=1) == read_week.looks(orders, seed=1)
    assert read_week.looks(orders, seed=1) != read_week.looks(orders, seed=2)


def test_a_cache_that_keeps_longer_answers_more() -> None:
    ratios = read_week.hit_ratios([10, 30, 60, 300, 3600, 48 * 3600], seed=6)
    assert list(ratios.values()) == sorted(ratios.values())
    # six looks in two minutes: the first one asks the table, and so do the later four
    assert ratios[300] == pytest.approx(0.5, abs=0.02)
    assert ratios[48 * 3600] == pytest.approx(0.9, abs=0.001)
