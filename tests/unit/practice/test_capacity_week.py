"""The arithmetic behind chapter 02: sizes of items, units of the real week."""

from __future__ import annotations

import copy

import pytest

from orderlab.cloud.dynamodb.attribute_values import measure_item
from orderlab.practice.capacity_week import (
    HOURS,
    every_hour,
    on_demand_usd,
    provisioned,
    units_by_hour,
    with_promotion,
)
from orderlab.practice.items import (
    item_of,
    item_size,
    order_in,
    sample_orders,
    write_units,
)


def test_sizes_by_arithmetic_are_those_that_the_table_reckons() -> None:
    for order in sample_orders()[:300]:
        item = item_of(order)
        assert item_size(item) == measure_item(copy.deepcopy(item))


def test_an_order_comes_out_of_its_item_as_it_was_sent() -> None:
    order = sample_orders()[3]
    assert order_in(item_of(order)) == order


def test_the_week_holds_the_units_of_all_its_orders() -> None:
    assert len(units_by_hour()) == HOURS
    assert sum(units_by_hour(1)) == sum(write_units(order) for order in sample_orders())


def test_a_promotion_adds_demand_in_its_hours_only() -> None:
    changed = [a != b for a, b in zip(units_by_hour(), with_promotion(), strict=True)]
    assert sum(changed) == 4
    assert on_demand_usd(with_promotion()) > on_demand_usd()


def test_capacity_is_one_number_or_a_day_or_a_week() -> None:
    assert every_hour(3) == [3.0] * HOURS
    assert every_hour(range(24))[24:27] == [0.0, 1.0, 2.0]
    with pytest.raises(ValueError, match="2 numbers"):
        every_hour([1, 2])


def test_more_capacity_refuses_less_and_costs_more() -> None:
    (small, cheap), (large, dear) = provisioned(20), provisioned(90)
    assert small.refused > large.refused == 0
    assert cheap < dear
