"""Storms over systems that take orders wrongly: each mistake is found, and its order shown."""

from __future__ import annotations

import pytest

from orderlab.aws_target.base import Target
from tests.cloud import storm_systems as systems
from tests.cloud.storm_kit import assert_first_is_drawn, broken, storm_over

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("seed", [6, 31])
def test_what_was_published_and_never_accepted_is_found(seed: int) -> None:
    def mistake(target: Target) -> None:
        systems.let_publish(target, "accept-order", systems.PUBLISHES_BEFORE_IT_STORES)

    found = storm_over(3, mistake, seed=seed)
    assert {"accepted"} <= broken(found) <= {"taken", "accepted", "in-order"}, repr(found)
    first = found.broken["accepted"][0]
    answer = found.record.answers[first.number - 1]
    assert not answer.accepted and first.order_id not in found.record.evidence.stored
    assert found.record.applied_by(first.order_id) == first.services
    assert_first_is_drawn(found, "accepted")


def test_a_publish_before_the_store_shows_in_the_order_of_the_steps() -> None:
    def mistake(target: Target) -> None:
        systems.let_publish(target, "process-order", systems.PROCESSES_BUT_PUBLISHES_FIRST)

    found = storm_over(4, mistake, seed=6)
    assert broken(found) == {"in-order"}, repr(found)
    assert "before orders had it" in found.broken["in-order"][0].said
    assert_first_is_drawn(found, "in-order")


def test_a_function_that_answers_whatever_happened_loses_orders() -> None:
    def mistake(target: Target) -> None:
        systems.deploy(target, "accept-order", systems.ANSWERS_WHATEVER_HAPPENED)

    found = storm_over(3, mistake, seed=31)
    assert broken(found) == {"taken", "kept"}, repr(found)
    first = found.broken["kept"][0]
    assert found.record.answers[first.number - 1].accepted
    assert first.said.endswith("but the table orders has no record of it.")
    assert_first_is_drawn(found, "kept")


@pytest.mark.parametrize("code", ["STORES_IN_A_THREAD", "STORES_WITH_THE_NEXT"])
def test_a_function_that_answers_before_it_stores_is_found(code: str) -> None:
    def mistake(target: Target) -> None:
        systems.deploy(target, "accept-order", getattr(systems, code))

    found = storm_over(3, mistake, seed=14)
    assert {"in-order", "kept"} & broken(found), repr(found)
    assert broken(found) <= {"taken", "kept", "in-order"}
    for promise in {"in-order", "kept"} & broken(found):
        assert_first_is_drawn(found, promise)
