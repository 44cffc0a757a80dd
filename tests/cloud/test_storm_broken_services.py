"""Storms over systems that pass orders on wrongly: each mistake is found, and its order shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orderlab.aws_target.base import Target
from tests.cloud import storm_systems as systems
from tests.cloud.storm_kit import assert_first_is_drawn, broken, storm_over

pytestmark = pytest.mark.timeout(300)

LOST: dict[str, tuple[Callable[[Target], object], str, str]] = {
    "no queue policy": (
        lambda target: systems.set_queue(target, "shipping", Policy=""),
        "shipping",
        "The topic could not deliver it to the queue shipping: AccessDenied.",
    ),
    "a filter that drops all": (
        lambda t: systems.filter_out(t, "invoicing", {"event_type": ["OrderShipped"]}),
        "invoicing",
        "never came into the queue invoicing. The subscription's filter policy is",
    ),
    "a filter that drops some": (
        lambda t: systems.filter_out(t, "inventory", {"total_cents": [{"numeric": [">", 900]}]}),
        "inventory",
        '{"total_cents": [{"numeric": [">", 900]}]}',
    ),
    "a retention shorter than the outage": (
        lambda t: systems.set_queue(t, "invoicing", MessageRetentionPeriod="60"),
        "invoicing",
        "is not in the queue invoicing any more, which keeps messages for 60 s.",
    ),
    "dead letters after one try": (
        lambda target: systems.few_tries(target, "shipping", 1),
        "shipping",
        "It lies in shipping-dlq, and nobody has sent it back.",
    ),
    "dead letters after two tries": (
        lambda target: systems.few_tries(target, "inventory", 2),
        "inventory",
        "It lies in inventory-dlq, and nobody has sent it back.",
    ),
    "a handler that cannot do some orders": (
        lambda target: systems.deploy(target, "shipping", systems.FAILS_ON_COUPONS),
        "shipping",
        "shipping",
    ),
}


@pytest.mark.parametrize("mistake", LOST)
def test_what_a_service_lost_is_found(mistake: str) -> None:
    make, service, said = LOST[mistake]
    found = storm_over(4, make, seed=21)
    assert broken(found) == {"kept"}, repr(found)
    first = found.broken["kept"][0]
    assert first.services == (service,) and said in first.said, first.said
    assert found.record.evidence.applied[service][first.order_id] == 0
    assert_first_is_drawn(found, "kept")


@pytest.mark.parametrize("seed", [1, 1000])
def test_what_a_handler_without_its_condition_doubles_is_found(seed: int) -> None:
    found = storm_over(
        4, lambda t: systems.deploy(t, "shipping", systems.WITHOUT_CONDITION), seed=seed
    )
    assert broken(found) == {"once"}, repr(found)
    first = found.broken["once"][0]
    assert first.services == ("shipping",)
    assert found.record.evidence.applied["shipping"][first.order_id] > 1
    assert_first_is_drawn(found, "once")


def test_orders_that_the_inbox_gave_up_are_found() -> None:
    found = storm_over(4, lambda t: systems.few_tries(t, "orders-inbox", 2), seed=8)
    assert broken(found) == {"kept"}, repr(found)
    assert "It lies in orders-inbox-dlq" in found.broken["kept"][0].said
    assert_first_is_drawn(found, "kept")


def test_a_queue_that_nobody_reads_is_named() -> None:
    def disable(target: Target) -> None:
        client = target.client("lambda")
        found = client.list_event_source_mappings(FunctionName="shipping")["EventSourceMappings"]
        client.update_event_source_mapping(UUID=found[0]["UUID"], Enabled=False)

    found = storm_over(4, disable, seed=2, orders=30)
    assert broken(found) == {"kept"}, repr(found)
    assert found.broken["kept"][0].said.endswith(
        "It was not delivered, and still waits in the queue shipping, which no function reads."
    )
