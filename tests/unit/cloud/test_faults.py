"""The board of faults: which one strikes what, how often, and how it ends."""

from __future__ import annotations

import pytest

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.faults import FaultBoard


def board(**fault: object) -> FaultBoard:
    made = FaultBoard(1)
    made.switch_on({"kind": "error", "target": "shipping", **fault})
    return made


def test_a_fault_strikes_its_kind_and_target_until_it_is_switched_off() -> None:
    faults = board()
    assert faults.active("error", "shipping") and faults.active("error", "shipping")
    assert not faults.active("slow", "shipping") and not faults.active("error", "inventory")
    faults.switch_off("inventory")
    assert faults.active("error", "shipping")
    faults.switch_off("shipping")
    assert not faults.active("error", "shipping") and faults.all() == []


def test_a_fault_of_the_same_kind_and_target_replaces_the_one_before() -> None:
    faults = board(text="o-1")
    faults.switch_on({"kind": "error", "target": "shipping", "text": "o-2"})
    assert not faults.active("error", "shipping", b"o-1")
    assert faults.active("error", "shipping", b"o-2")


def test_faults_of_different_orders_stand_side_by_side() -> None:
    faults = board(ids=["o-1"])
    faults.switch_on({"kind": "error", "target": "shipping", "ids": ["o-2", "o-3"]})
    assert faults.active("error", "shipping", b'{"order_id": "o-1"}')
    assert faults.active("error", "shipping", b'{"order_id": "o-3"}')
    assert not faults.active("error", "shipping", b'{"order_id": "o-4"}')
    assert not faults.active("error", "shipping")


def test_a_limit_counts_the_strikes_of_each_order() -> None:
    faults = board(ids=["o-1", "o-2"], limit=2)
    struck = [bool(faults.active("error", "shipping", b"o-1")) for _ in range(4)]
    assert struck == [True, True, False, False]
    assert faults.active("error", "shipping", b"o-2")


def test_one_strike_counts_for_every_order_that_the_payload_names() -> None:
    faults = board(ids=["o-1", "o-2"], limit=1)
    assert faults.active("error", "shipping", b"o-1 o-2")
    assert not faults.active("error", "shipping", b"o-1")
    assert not faults.active("error", "shipping", b"o-2")


def test_a_limit_without_orders_counts_all_strikes() -> None:
    faults = board(limit=1)
    assert faults.active("error", "shipping", b"o-1")
    assert not faults.active("error", "shipping", b"o-2")


def test_faults_of_one_label_end_together() -> None:
    faults = board(label="first")
    faults.switch_on({"kind": "slow", "target": "inventory", "label": "first"})
    faults.switch_on({"kind": "slow", "target": "orders", "label": "second"})
    faults.switch_off(label="first")
    assert [fault["target"] for fault in faults.all()] == ["orders"]


def test_a_bound_fault_is_known_before_it_strikes() -> None:
    faults = board(ids=["o-1"], limit=1)
    assert faults.concerns("shipping", b"o-1") and faults.concerns("shipping", b"o-1")
    assert not faults.concerns("shipping", b"o-2") and not faults.concerns("inventory", b"o-1")
    faults.active("error", "shipping", b"o-1")
    assert not faults.concerns("shipping", b"o-1")
    assert not board().concerns("shipping", b"o-1"), "a fault of all orders is no reason to split"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "earthquake", "target": "shipping"},
        {"kind": "error"},
        {"kind": "error", "target": ""},
        {"kind": "error", "target": 5},
        {"kind": "error", "target": "shipping", "when": "now"},
        {"kind": "slow", "target": "shipping", "seconds": "two"},
        {"kind": "error", "target": "shipping", "ids": "o-1"},
        {"kind": "error", "target": "shipping", "ids": [1]},
        {"kind": "error", "target": "shipping", "ids": None},
    ],
)
def test_what_is_no_fault_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationException):
        FaultBoard().switch_on(fault)
