"""How much of the logs is kept."""

from __future__ import annotations

from typing import Any

import pytest

from orderlab.cloud.logs.moto_seam import Event, Group
from orderlab.cloud.logs.room import EVENT_BYTES, Room

TEXT = "x" * 100
SIZE = len(TEXT) + EVENT_BYTES
DAY = 24 * 3600 * 1000


class Writer:
    """Writes events into groups, as the store does."""

    def __init__(self, of_a_group: int, of_all: int, speed: float = 1.0) -> None:
        self.room = Room(speed, of_a_group * SIZE, of_all * SIZE)
        self.number = 0

    def write(self, group: Group, stream: str, count: int = 1, at: int = 0) -> None:
        found = group.stream(stream)
        events = []
        for _ in range(count):
            self.number += 1
            events.append(Event(at or self.number, self.number, at, TEXT))
        found.extend(events, count * 126)
        self.room.note(group, found, count, count * len(TEXT), at)


def group(name: str) -> Group:
    return Group("123456789012", "us-east-1", name)


def numbers(found: Group) -> list[int]:
    return sorted(event.number for s in found.streams.values() for event in s.events)


def test_a_group_forgets_its_own_oldest_events() -> None:
    writer = Writer(of_a_group=32, of_all=1000)
    loud, calm = group("loud"), group("calm")
    writer.write(calm, "s")
    for i in range(200):
        writer.write(loud, f"s{i % 3}")
    kept = numbers(loud)
    assert kept == list(range(kept[0], 202)) and 28 <= len(kept) <= 32
    assert numbers(calm) == [1]


def test_the_largest_group_makes_room_for_all() -> None:
    writer = Writer(of_a_group=100, of_all=160)
    groups = [group(str(i)) for i in range(20)]
    for _ in range(10):
        for each in groups[1:]:
            writer.write(each, "s")
    for _ in range(100):
        writer.write(groups[0], "s")
    sizes = [len(numbers(each)) for each in groups]
    assert sum(sizes) <= 160
    assert all(size >= 5 for size in sizes[1:])


def test_streams_that_were_emptied_are_gone() -> None:
    writer = Writer(of_a_group=16, of_all=1000)
    found = group("g")
    for i in range(100):
        writer.write(found, str(i))
    assert len(found.streams) <= 16


def test_a_batch_larger_than_the_room_leaves_nothing_behind() -> None:
    writer = Writer(of_a_group=16, of_all=1000)
    found = group("g")
    writer.write(found, "s", 100)
    writer.write(found, "s", 2)
    assert numbers(found) == [101, 102]


@pytest.mark.parametrize("speed", [1, 10])
def test_days_of_retention_go_by_at_the_clouds_speed(speed: int) -> None:
    writer = Writer(1000, 1000, speed)
    found = group("g")
    found.retention_in_days = 3
    writer.write(found, "s", at=1)
    writer.write(found, "s", at=DAY // speed)
    writer.room.expire(found, 3 * DAY // speed)
    assert numbers(found) == [1, 2]
    writer.room.expire(found, 3 * DAY // speed + 2)
    assert numbers(found) == [2]


def test_what_was_deleted_takes_no_room() -> None:
    writer = Writer(of_a_group=20, of_all=30)
    found, other = group("g"), group("h")
    for stream in ("a", "b"):
        writer.write(found, stream, 10)
    writer.room.forget_stream(found, found.streams.pop("a"))
    writer.write(found, "b", 10)
    assert len(numbers(found)) == 20
    writer.room.forget(found)
    for _ in range(20):
        writer.write(other, "s")
    assert len(numbers(other)) == 20


def test_a_reader_goes_on_while_events_come_and_go() -> None:
    writer = Writer(of_a_group=5000, of_all=5000)
    found = group("g")
    writer.write(found, "s", 3000)
    reader = found.streams["s"].since(0)
    first: list[Any] = [next(reader).number for _ in range(1000)]
    writer.write(found, "s", 4000)
    rest = [event.number for event in reader]
    assert first == list(range(1, 1001))
    assert rest == sorted(rest) and rest[-1] == 7000 and len(set(rest)) == len(rest)
