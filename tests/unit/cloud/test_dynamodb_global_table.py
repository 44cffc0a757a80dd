"""Replicas of a table on a clock turned by hand: what is told, when, and which version wins.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orderlab.clock import HandTurnedClock
from orderlab.cloud.dynamodb.attribute_values import measure_item
from orderlab.cloud.dynamodb.global_table import REPLICATION_SECONDS, GlobalTable
from orderlab.cloud.dynamodb.schema import KeySchema, TableSchema
from orderlab.cloud.dynamodb.stored import store
from orderlab.cloud.dynamodb.table import Behaviour, Table
from orderlab.cloud.faults import FaultBoard

KEYS = KeySchema(("pk",), (), {"pk": "S"})
REGIONS = ("us-east-1", "eu-west-1", "ap-south-1")


class Replica:
    def __init__(self, clock: HandTurnedClock, region: str) -> None:
        self.name, self.table_arn = "orders", f"arn:{region}"
        self.creating = self.deleting = False
        self.table = Table("orders", self.table_arn, TableSchema(KEYS), Behaviour(clock))

    def write(self, pk: str, note: str | None) -> None:
        """Put an item, or delete it."""
        item: dict[str, Any] = {"pk": {"S": pk}, "note": {"S": note or ""}}
        stored = None if note is None else store(item, measure_item(item))
        content = None if note is None else item
        change = self.table.change(KEYS.key(item), stored, content, KEYS.prefix(item))
        self.table.apply(change)

    def content(self) -> dict[str, str]:
        rows = self.table.rows
        return {key[1]: rows[key].item()["note"]["S"] for key in rows.keys(None)}


class World:
    """A table in three Regions."""

    def __init__(self) -> None:
        self.clock = HandTurnedClock()
        self.faults = FaultBoard()
        self.arrivals: list[tuple[str, float]] = []
        self.group = GlobalTable("orders", self.clock, self.faults, self._arrived)
        self.replicas = {region: Replica(self.clock, region) for region in REGIONS}
        for region, replica in self.replicas.items():
            self.group.join(region, replica)

    def _arrived(self, table: Table, change: object, region: str, seconds: float) -> None:
        self.arrivals.append((region, seconds))

    def deliver(self) -> None:
        """Tell what is due now."""
        self.group._deliver_portion()

    def contents(self) -> list[dict[str, str]]:
        return [replica.content() for replica in self.replicas.values()]


def test_a_write_arrives_everywhere_and_a_little_later() -> None:
    world = World()
    world.replicas["us-east-1"].write("a", "1")
    world.deliver()
    assert world.contents() == [{"a": "1"}, {}, {}]
    world.clock.advance(REPLICATION_SECONDS)
    world.deliver()
    assert world.contents() == [{"a": "1"}] * 3
    assert [region for region, _ in world.arrivals] == ["eu-west-1", "ap-south-1"]
    assert all(seconds >= REPLICATION_SECONDS for _, seconds in world.arrivals)


def test_the_last_writer_wins_whichever_write_arrives_first() -> None:
    world = World()
    world.replicas["eu-west-1"].write("a", "first")
    world.clock.advance(0.1)
    world.replicas["us-east-1"].write("a", "last")
    world.clock.advance(REPLICATION_SECONDS)
    world.deliver()
    assert world.contents() == [{"a": "last"}] * 3


def test_a_delete_is_a_write() -> None:
    world = World()
    world.replicas["eu-west-1"].write("a", "first")
    world.clock.advance(REPLICATION_SECONDS)
    world.deliver()
    world.replicas["eu-west-1"].write("a", "again")
    world.clock.advance(0.1)
    world.replicas["us-east-1"].write("a", None)
    world.clock.advance(REPLICATION_SECONDS)
    world.deliver()
    assert world.contents() == [{}, {}, {}]


def test_changes_of_an_item_may_be_told_as_one() -> None:
    world = World()
    for note in ("1", "2", "3"):
        world.replicas["us-east-1"].write("a", note)
    world.clock.advance(REPLICATION_SECONDS)
    world.deliver()
    assert len(world.arrivals) == 2
    assert world.contents() == [{"a": "3"}] * 3


steps = st.lists(
    st.tuples(
        st.sampled_from(REGIONS),
        st.sampled_from("ab"),
        st.sampled_from([None, "x", "y"]),
        st.sampled_from([0.01, 0.3, 0.6]),
    ),
    max_size=25,
)


@given(steps)
def test_all_replicas_come_to_the_same(
    sequence: list[tuple[str, str, str | None, float]],
) -> None:
    world = World()
    for region, pk, note, pause in sequence:
        world.replicas[region].write(pk, note)
        world.clock.advance(pause)
        world.deliver()
    world.clock.advance(REPLICATION_SECONDS)
    world.deliver()
    first, second, third = world.contents()
    assert first == second == third
    assert not any(len(member.outbox) for member in world.group.members.values())


def run_for_a_while(world: World, until: Callable[[], bool]) -> bool:
    async def run() -> bool:
        task = asyncio.create_task(world.group.run())
        for _ in range(200):
            if until():
                break
            world.clock.advance(0.1)
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return until()

    return asyncio.run(run())


def test_a_replica_that_is_cut_off_is_told_when_it_is_back() -> None:
    world = World()
    world.faults.switch_on({"kind": "cut", "target": "replication/orders"})
    world.replicas["us-east-1"].write("a", "1")
    assert not run_for_a_while(world, lambda: len(world.arrivals) > 0)
    assert world.contents() == [{"a": "1"}, {}, {}]
    world.faults.switch_off()
    assert run_for_a_while(world, lambda: world.contents() == [{"a": "1"}] * 3)


def test_one_replica_that_is_left_tells_nobody() -> None:
    world = World()
    for region in REGIONS[1:]:
        world.group.leave(region)
    world.replicas["us-east-1"].write("a", "1")
    assert len(world.group.members["us-east-1"].outbox) == 0
    asyncio.run(world.group.run())
