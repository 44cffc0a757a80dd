"""The experiments tell a good system from a bad one, on systems of which the truth is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orderlab.orders.monolith import Monolith
from orderlab.requirements.experiments import EXPERIMENTS
from orderlab.requirements.on_the_monolith import MonolithSystem
from orderlab.requirements.system import fresh_orders


@pytest.fixture(scope="module")
def small_monolith() -> Iterator[MonolithSystem]:
    with Monolith(workers=4, backlog=4) as monolith:
        yield MonolithSystem(monolith)


@pytest.fixture(scope="module")
def roomy_monolith() -> Iterator[MonolithSystem]:
    with Monolith(workers=64, backlog=500) as monolith:
        yield MonolithSystem(monolith)


def test_a_small_monolith_refuses_a_spike_and_a_roomy_one_does_not(
    small_monolith: MonolithSystem, roomy_monolith: MonolithSystem
) -> None:
    assert EXPERIMENTS["R2"](small_monolith).colour == "red"
    assert EXPERIMENTS["R2"](roomy_monolith).colour == "green"


def test_a_broken_service_fails_the_monoliths_orders(small_monolith: MonolithSystem) -> None:
    finding = EXPERIMENTS["R1"](small_monolith)
    assert finding.colour == "red" and "0 of 30 accepted" in finding.number


def test_a_slow_service_makes_the_customer_wait(small_monolith: MonolithSystem) -> None:
    assert EXPERIMENTS["R6"](small_monolith).colour == "red"


def test_an_experiment_mends_what_it_broke(small_monolith: MonolithSystem) -> None:
    EXPERIMENTS["R1"](small_monolith)
    account = small_monolith.account([])
    assert account.stored == set()
    assert EXPERIMENTS["R4"](small_monolith).number.startswith("0 of 4 components shown")


def test_orders_of_two_experiments_never_have_the_same_id() -> None:
    first = {line.order_id for line in fresh_orders(50)}
    assert len(first) == 50 and not first & {line.order_id for line in fresh_orders(50)}
