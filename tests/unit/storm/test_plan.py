"""The plan of a storm: the same for the same seed, and enough of every kind of fault."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest

from orderlab.errors import LearnerError
from orderlab.storm.plan import MOST, RECIPES, Plan, arrival_rate, make_plan

SEEDS = [*range(40), 10**9, -3]


def sorts(plan: Plan) -> set[tuple[str, str, str, int]]:
    """What is struck how: a system's mistake shows only where it is."""
    return {(each.kind, each.where, each.part, each.limit) for each in plan.strikes}


WANTED = {(each.kind, each.where, each.part, each.limit) for each in RECIPES}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_storm_has_every_sort_of_fault(seed: int) -> None:
    for orders in (20, 60, 200):
        assert sorts(make_plan(orders, seed)) >= WANTED, orders


@pytest.mark.parametrize("seed", SEEDS)
def test_orders_are_struck_by_one_fault_each(seed: int) -> None:
    strikes = [each for each in make_plan(200, seed).strikes if each.part != "environment"]
    struck = Counter(number for strike in strikes for number in strike.orders)
    assert max(struck.values()) == 1 and max(struck) <= 200 and min(struck) >= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_small_storm_strikes_no_order_both_where_it_is_taken_and_later(seed: int) -> None:
    for orders in (10, 20, 35, 50):
        plan = make_plan(orders, seed)
        taking = {n for each in plan.strikes if each.where == "taking" for n in each.orders}
        later = {
            n
            for each in plan.strikes
            if each.where not in ("taking", "everywhere")
            for n in each.orders
        }
        assert not taking & later and max(taking | later) <= orders


def test_the_same_seed_gives_the_same_storm_in_another_process() -> None:
    code = "from orderlab.storm.plan import make_plan; print(repr(make_plan(60, 7)))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {repr(make_plan(60, 7)) + "\n"}
    assert make_plan(60, 8) != make_plan(60, 7)


def test_faults_end_at_an_order_or_by_having_struck() -> None:
    for seed in SEEDS:
        for strike in make_plan(200, seed).strikes:
            outage = strike.until and strike.first < strike.until <= 200
            bound_to_messages = strike.kind in ("delay", "reorder")
            assert strike.limit or outage or bound_to_messages


def test_faults_with_long_recovery_strike_early() -> None:
    for seed in SEEDS:
        for strike in make_plan(200, seed).strikes:
            if strike.where == "services" and strike.kind == "error" and strike.limit == 2:
                assert strike.last <= 40
            assert strike.last <= 180 or strike.part == "environment"


@pytest.mark.parametrize("orders", [10, 20, 200, 801, MOST])
def test_orders_arrive_in_order_and_in_time(orders: int) -> None:
    plan = make_plan(orders, 7)
    assert len(plan.arrivals) == orders
    assert all(earlier < later for earlier, later in pairwise(plan.arrivals))
    assert plan.seconds == pytest.approx(orders / arrival_rate(orders))
    assert plan.seconds <= 50.0 + 1e-6


def test_a_larger_storm_has_more_faults() -> None:
    small, large = make_plan(200, 7).faults(), make_plan(2000, 7).faults()
    assert all(large[kind] >= 5 * small[kind] for kind in small)


@pytest.mark.parametrize("orders", [0, -1, 9, 2001, 10**400, 20.0, "200", None, True])
def test_an_invalid_number_of_orders_is_refused(orders: object) -> None:
    with pytest.raises(LearnerError, match="orders"):
        make_plan(orders, 7)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1.5, "seven", None, True, [7]])
def test_an_invalid_seed_is_refused(seed: object) -> None:
    with pytest.raises(LearnerError, match="seed is a whole number"):
        make_plan(200, seed)  # type: ignore[arg-type]
