"""Faults of every kind: no accepted order is lost, and none has its effect twice."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cloud.event_source_kit import Kit, until
from tests.cloud.order_pipeline import Pipeline


@pytest.fixture(scope="module")
def built(cloud: Any) -> Iterator[Pipeline]:
    kit = Kit(cloud)
    yield Pipeline(kit)
    kit.close()


@pytest.fixture
def pipeline(built: Pipeline) -> Iterator[Pipeline]:
    yield built
    built.heal()


def names(count: int) -> list[str]:
    run = uuid.uuid4().hex[:6]
    return [f"order-{run}-{i}" for i in range(count)]


def test_every_order_is_applied_once(pipeline: Pipeline) -> None:
    orders = names(25)
    pipeline.place(*orders)
    pipeline.settle(*orders)
    pipeline.assert_each_once()


def test_an_environment_that_is_killed_loses_no_order(pipeline: Pipeline) -> None:
    orders = [f"{name}-slow" for name in names(20)]
    pipeline.place(*orders)
    until(lambda: pipeline.deliveries(*orders) > 0)
    pipeline.kill_environments()
    pipeline.settle(*orders)
    until(lambda: pipeline.deliveries(*orders) > len(orders))
    pipeline.assert_each_once()


def test_an_environment_that_dies_before_its_answer_loses_no_order(pipeline: Pipeline) -> None:
    orders = names(10)
    for function in (pipeline.process, pipeline.apply):
        pipeline.fault("kill", function)
    pipeline.place(*orders)
    until(lambda: pipeline.deliveries(*orders) > 0)
    pipeline.heal()
    pipeline.settle(*orders)
    until(lambda: pipeline.deliveries(*orders) > len(orders))
    pipeline.assert_each_once()


def test_a_consumer_that_fails_for_a_while_catches_up(pipeline: Pipeline) -> None:
    orders = names(10)
    pipeline.fault("error", pipeline.apply)
    pipeline.place(*orders)
    until(lambda: pipeline.kit.left(pipeline.inbox) == 0)
    time.sleep(0.3)
    assert not set(orders) & pipeline.applied()
    pipeline.heal()
    pipeline.settle(*orders)
    pipeline.assert_each_once()


def test_the_first_function_may_fail_too(pipeline: Pipeline) -> None:
    orders = names(5)
    pipeline.fault("error", pipeline.process)
    pipeline.place(*orders)
    time.sleep(0.5)
    assert pipeline.deliveries(*orders) == 0
    pipeline.heal()
    pipeline.settle(*orders)
    pipeline.assert_each_once()


def test_a_poison_message_ends_among_the_dead_letters_and_the_rest_goes_on(
    pipeline: Pipeline,
) -> None:
    orders = names(3)
    pipeline.kit.send(pipeline.inbox, "this is no order")
    pipeline.place(*orders)
    pipeline.settle(*orders)
    until(lambda: "this is no order" in pipeline.buried())
    pipeline.assert_each_once()


def test_a_duplicate_delivery_has_no_second_effect(pipeline: Pipeline) -> None:
    orders = names(10)
    pipeline.fault("duplicate", pipeline.inbox.rpartition("/")[2], times=3)
    pipeline.place(*orders)
    pipeline.settle(*orders)
    until(lambda: pipeline.kit.left(pipeline.inbox) == 0)
    assert pipeline.deliveries(*orders) >= 3 * len(orders)
    pipeline.assert_each_once()


def test_a_client_that_crashed_may_send_again(pipeline: Pipeline) -> None:
    orders = names(5)
    for name in orders:
        pipeline.place_and_crash(name)
        pipeline.place(name)
    pipeline.settle(*orders)
    until(lambda: pipeline.kit.left(pipeline.inbox) == 0)
    assert pipeline.deliveries(*orders) == 2 * len(orders)
    pipeline.assert_each_once()


STEPS = st.lists(
    st.sampled_from(
        ["place", "place", "place", "crash", "repeat", "error process", "error apply",
         "kill process", "kill apply", "throttle process", "throttle apply", "duplicate",
         "kill environments", "toggle", "heal", "wait"]
    ),
    min_size=4,
    max_size=10,
)  # fmt: skip


@settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_sequence_of_faults_loses_or_doubles_an_order(
    pipeline: Pipeline, steps: list[str]
) -> None:
    orders: list[str] = []
    for step in steps:
        take(pipeline, step, orders)
    pipeline.heal()
    pipeline.settle(*orders)
    pipeline.assert_each_once()


def take(pipeline: Pipeline, step: str, orders: list[str]) -> None:
    """One step of a sequence; `orders` collects what was accepted."""
    kind, _, target = step.partition(" ")
    if step in ("place", "crash"):
        new = names(3)
        orders += new
        if step == "crash":
            pipeline.place_and_crash(new[0])
        pipeline.place(*new)
    elif step == "repeat":
        pipeline.place(*orders[-3:])
    elif step == "kill environments":
        pipeline.kill_environments()
    elif step == "duplicate":
        pipeline.fault("duplicate", pipeline.inbox.rpartition("/")[2])
    elif step == "toggle":
        toggle(pipeline)
    elif step == "heal":
        pipeline.heal()
    elif step == "wait":
        time.sleep(0.2)
    else:
        function = pipeline.process if target == "process" else pipeline.apply
        pipeline.fault(kind, function, probability=0.5)


def toggle(pipeline: Pipeline) -> None:
    """Disable the queue's mapping and enable it again."""
    for enabled in (False, True):
        pipeline.kit.lambda_.update_event_source_mapping(UUID=pipeline.from_queue, Enabled=enabled)
        pipeline.kit.settled(pipeline.from_queue)
