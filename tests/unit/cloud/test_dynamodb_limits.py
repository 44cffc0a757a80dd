"""Throughput: rates, burst, hot keys; what calls cost."""

from __future__ import annotations

import pytest

from orderlab.clock import HandTurnedClock
from orderlab.cloud.dynamodb.capacity import Consumed, read_units, write_units
from orderlab.cloud.dynamodb.throttling import Throttled, Throughput


@pytest.mark.parametrize(
    ("size", "strong", "eventual"),
    [(0, 1, 0.5), (1, 1, 0.5), (4096, 1, 0.5), (4097, 2, 1), (9000, 3, 1.5), (409_600, 100, 50)],
)
def test_read_units(size: int, strong: float, eventual: float) -> None:
    assert read_units(size, True) == strong
    assert read_units(size, False) == eventual


@pytest.mark.parametrize(
    ("size", "units"), [(0, 1), (1, 1), (1024, 1), (1025, 2), (10_000, 10), (409_600, 400)]
)
def test_write_units(size: int, units: float) -> None:
    assert write_units(size) == units


def test_the_total_is_that_of_the_table_and_its_indexes() -> None:
    consumed = Consumed("t", "write", 2.0, {"g": 1.0}, {"l": 3.0})
    assert consumed.described("TOTAL") == {"TableName": "t", "CapacityUnits": 6.0}
    assert consumed.described("INDEXES") == {
        "TableName": "t",
        "CapacityUnits": 6.0,
        "Table": {"CapacityUnits": 2.0},
        "GlobalSecondaryIndexes": {"g": {"CapacityUnits": 1.0}},
        "LocalSecondaryIndexes": {"l": {"CapacityUnits": 3.0}},
    }


def provisioned(read: float, write: float) -> tuple[Throughput, HandTurnedClock]:
    clock = HandTurnedClock()
    throughput = Throughput("arn:table", "Table", clock)
    throughput.provision(read, write)
    return throughput, clock


def writes_until_refused(throughput: Throughput, most: int = 10_000) -> int:
    for number in range(most):
        try:
            throughput.admit("Write")
        except Throttled:
            return number
        throughput.take("Write", 1)
    return most


def test_a_new_table_has_five_minutes_of_burst_and_then_its_rate() -> None:
    throughput, clock = provisioned(5, 5)
    assert writes_until_refused(throughput) == 1500
    clock.advance(1)
    assert writes_until_refused(throughput) == 5


def test_unused_capacity_is_kept_for_five_minutes() -> None:
    throughput, clock = provisioned(5, 5)
    writes_until_refused(throughput)
    clock.advance(100)
    assert writes_until_refused(throughput) == 500
    clock.advance(10_000)
    assert writes_until_refused(throughput) == 1500


def test_an_update_does_not_fill_the_burst_again() -> None:
    throughput, _ = provisioned(5, 5)
    writes_until_refused(throughput)
    throughput.provision(5, 5)
    assert writes_until_refused(throughput) == 0
    throughput.provision(1, 5)
    assert writes_until_refused(throughput) == 0


def test_less_capacity_keeps_less_of_the_burst() -> None:
    throughput, _ = provisioned(5, 5)
    throughput.provision(5, 2)
    assert writes_until_refused(throughput) == 600


def test_another_billing_mode_begins_with_burst() -> None:
    throughput, _ = provisioned(5, 5)
    writes_until_refused(throughput)
    throughput.on_demand(None, None)
    throughput.take("Write", 5000)
    throughput.admit("Write")
    throughput.provision(1, 1)
    assert writes_until_refused(throughput) == 300


def test_a_large_write_is_let_in_and_paid_for_afterwards() -> None:
    throughput, clock = provisioned(5, 5)
    throughput.admit("Write")
    throughput.take("Write", 5 * 300 + 20)
    clock.advance(3)
    with pytest.raises(Throttled):
        throughput.admit("Write")
    clock.advance(2)
    throughput.admit("Write")


def test_reads_and_writes_do_not_share() -> None:
    throughput, _ = provisioned(1, 1)
    throughput.take("Write", 300)
    throughput.admit("Read")


def test_the_refusal_of_a_provisioned_table_names_its_reason() -> None:
    throughput, _ = provisioned(1, 1)
    throughput.take("Write", 300)
    with pytest.raises(Throttled) as error:
        throughput.admit("Write")
    assert error.value.code == "ProvisionedThroughputExceededException"
    assert error.value.details["ThrottlingReasons"] == [
        {"reason": "TableWriteProvisionedThroughputExceeded", "resource": "arn:table"}
    ]


def test_more_capacity_helps_at_once() -> None:
    throughput, _ = provisioned(1, 1)
    throughput.take("Write", 500)
    throughput.provision(1, 50)
    assert writes_until_refused(throughput) == 50


def test_a_hot_key_is_refused_though_the_table_has_capacity() -> None:
    clock = HandTurnedClock()
    throughput = Throughput("arn:index", "Index", clock)
    throughput.on_demand(None, None)
    throughput.admit("Write", "hot")
    throughput.take("Write", 3 * 1000, "hot")
    throughput.admit("Write", "cold")
    with pytest.raises(Throttled) as error:
        throughput.admit("Write", "hot")
    assert error.value.code == "ThrottlingException"
    assert error.value.details["throttlingReasons"] == [
        {"reason": "IndexWriteKeyRangeThroughputExceeded", "resource": "arn:index"}
    ]
    clock.advance(3)
    throughput.admit("Write", "hot")


def test_a_maximum_of_an_on_demand_table_is_kept() -> None:
    clock = HandTurnedClock()
    throughput = Throughput("arn:table", "Table", clock)
    throughput.on_demand(10, -1)
    throughput.take("Read", 10 * 300)
    with pytest.raises(Throttled) as error:
        throughput.admit("Read")
    assert error.value.reason == "TableReadMaxOnDemandThroughputExceeded"
    clock.advance(1)
    throughput.admit("Read")
    throughput.take("Write", 5000)
    throughput.admit("Write")
