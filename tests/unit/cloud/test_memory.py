"""Objects are counted once, to the first that holds them."""

from __future__ import annotations

import sys

from orderlab.cloud.memory import sizes


class Holder:
    def __init__(self, *held: object) -> None:
        self.held = held


def test_what_two_parts_hold_is_counted_to_the_first() -> None:
    shared = bytearray(1_000_000)
    first, second = Holder(shared), Holder(shared, bytearray(10))
    found = sizes({"first": first, "second": second})
    assert found["first"]["bytes"] >= 1_000_000
    assert found["second"]["bytes"] < 10_000


def test_a_part_within_another_is_counted_by_itself() -> None:
    inner = Holder(bytearray(1_000_000))
    outer = Holder(inner, sys, len, Holder)
    found = sizes({"outer": outer, "inner": [inner]})
    assert found["outer"]["bytes"] < 10_000 < found["inner"]["bytes"]


def test_what_is_skipped_is_not_walked_through() -> None:
    everything = Holder(bytearray(1_000_000))
    assert sizes({"part": Holder(everything)}, everything)["part"]["bytes"] < 10_000


def test_a_circle_is_walked_once() -> None:
    circle: list[object] = []
    circle.append(circle)
    assert sizes({"circle": Holder(circle)})["circle"]["objects"] < 10
