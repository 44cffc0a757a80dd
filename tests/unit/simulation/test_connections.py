"""The simulations of chapter 02: the connection storm and provisioned capacity."""

from __future__ import annotations

import dataclasses

import pytest

from orderlab.simulation.connections import SOURCES, Parameters, storm
from orderlab.simulation.provisioned import BURST_SECONDS, simulate

SMALL = Parameters(usual_rate=50, spike_rate=500, spike_seconds=1.0, max_connections=20)


def test_the_same_seed_gives_the_same_storm() -> None:
    assert storm(SMALL, proxy=True, seed=3) == storm(SMALL, proxy=True, seed=3)
    assert storm(SMALL, proxy=True, seed=3) != storm(SMALL, proxy=True, seed=4)


@pytest.mark.parametrize("proxy", (True, False))
def test_every_request_is_answered_refused_or_throttled(proxy: bool) -> None:
    run = storm(SMALL, proxy=proxy)
    assert run.requests == run.answered + run.refused + run.throttled
    assert run.requests == pytest.approx(50 + 500, rel=0.2)


def test_without_a_proxy_connections_run_out_while_most_are_idle() -> None:
    run = storm(SMALL, proxy=False)
    assert run.refused > 0
    assert run.peak_connections == SMALL.max_connections
    assert run.peak_querying < SMALL.max_connections


def test_a_proxy_answers_the_same_storm_with_the_same_database() -> None:
    run = storm(SMALL, proxy=True)
    assert run.refused == 0
    assert run.peak_connections <= SMALL.max_connections
    assert run.environments > SMALL.max_connections


def test_enough_connections_need_no_proxy() -> None:
    run = storm(dataclasses.replace(SMALL, max_connections=2000), proxy=False)
    assert (run.refused, run.throttled) == (0, 0)
    assert run.peak_connections == run.environments


def test_a_proxy_does_not_make_a_database_faster() -> None:
    slow = dataclasses.replace(SMALL, query_seconds=0.5, borrow_timeout=0.1)
    assert storm(slow, proxy=True).refused > 0
    patient = dataclasses.replace(slow, borrow_timeout=120.0)
    assert storm(patient, proxy=True).p99_wait() > 1.0


def test_environments_beyond_the_limit_are_throttled() -> None:
    run = storm(dataclasses.replace(SMALL, environment_limit=5), proxy=True)
    assert run.throttled > 0
    assert run.environments == 5


def test_every_parameter_says_where_it_comes_from() -> None:
    assert set(SOURCES) == {each.name for each in dataclasses.fields(Parameters)}


def test_senseless_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="one connection"):
        storm(dataclasses.replace(SMALL, max_connections=0), proxy=False)
    with pytest.raises(ValueError, match="above 0"):
        storm(dataclasses.replace(SMALL, usual_rate=0), proxy=False)


def test_capacity_above_demand_refuses_nothing() -> None:
    run = simulate([3600.0] * 5, [2.0] * 5)
    assert run.refused == 0
    assert run.unit_hours == 10
    assert run.asked == pytest.approx(5 * 3600, rel=0.05)


def test_half_the_capacity_refuses_half() -> None:
    assert simulate([36_000.0] * 24, [5.0] * 24).refused_share == pytest.approx(0.5, abs=0.02)


def test_what_was_not_used_carries_over_for_five_minutes() -> None:
    quiet, busy = 0.0, 2 * 3600.0
    without = simulate([busy], [1.0]).refused
    saved_up = simulate([quiet, busy], [1.0, 1.0]).refused
    assert without - saved_up == pytest.approx(BURST_SECONDS, abs=1)


def test_hours_of_demand_and_capacity_must_match() -> None:
    with pytest.raises(ValueError, match="as many hours"):
        simulate([1.0], [1.0, 2.0])
