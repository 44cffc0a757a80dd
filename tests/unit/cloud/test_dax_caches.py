"""The caches of a node: what is kept, how long, and in which order it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from orderlab.clock import Clock, HandTurnedClock
from orderlab.cloud.dax.cache import OVERHEAD_BYTES, Entry, Memory
from orderlab.cloud.dax.item_cache import Cached, ItemCache
from orderlab.cloud.dax.query_cache import QueryCache
from orderlab.cloud.dax.replication import Replication
from tests.unit.simulated_time import SimulatedClock, let_pass, until
from tests.unit.simulated_time import run as in_simulated_time

KEY = ("table", b"key")


class FakeNode:
    def __init__(self, clock: Clock) -> None:
        self.items = ItemCache(Memory(1 << 26, clock.now), lambda: 1000)

    @property
    def known(self) -> bytes | None:
        found = self.items.get(KEY)
        return found.attributes if found else None


def test_the_least_recently_used_goes_first() -> None:
    memory = Memory(300, lambda: 0.0)
    for name in "abc":
        memory.put(name, Entry(name, 1.0, 100))
    memory.get("a")
    memory.put("d", Entry("d", 1.0, 100))
    assert [memory.get(name) is not None for name in "abcd"] == [True, False, True, True]
    assert (memory.used, memory.evicted, len(memory)) == (300, 100, 3)


def test_what_is_too_large_is_not_kept_and_replaces_nothing_else() -> None:
    memory = Memory(300, lambda: 0.0)
    memory.put("a", Entry("a", 1.0, 100))
    memory.put("b", Entry("b", 1.0, 301))
    assert memory.get("a") is not None
    assert memory.get("b") is None


def test_items_expire() -> None:
    clock = HandTurnedClock()
    memory = Memory(10_000, clock.now)
    items = ItemCache(memory, lambda: 1000)
    items.put(KEY, b"content", 1)
    items.put(("table", b"none"), None, 1)
    clock.advance(0.9)
    assert items.get(KEY) == Cached(b"content")
    assert items.get(("table", b"none")) == Cached(None)
    clock.advance(0.2)
    assert items.get(KEY) is None
    assert items.get(("table", b"none")) is None
    assert memory.used == 0


def test_a_time_of_zero_means_forever_for_items_and_never_for_queries() -> None:
    clock = HandTurnedClock()
    memory = Memory(10_000, clock.now)
    items, queries = ItemCache(memory, lambda: 0), QueryCache(memory, lambda: 0)
    items.put(KEY, b"content", 1)
    queries.put(("query", "table"), {7: b"found"}, 10)
    clock.advance(1e9)
    assert items.get(KEY) is not None
    assert queries.get(("query", "table")) is None


def test_items_and_queries_share_the_memory() -> None:
    memory = Memory(2 * OVERHEAD_BYTES + 100, lambda: 0.0)
    items, queries = ItemCache(memory, lambda: 1), QueryCache(memory, lambda: 1)
    items.put(KEY, b"content", 1)
    for number in range(2):
        queries.put(("query", number), {7: b"found"}, 10)
    assert items.get(KEY) is None


def test_an_older_version_never_replaces_a_newer_one() -> None:
    items = ItemCache(Memory(10_000, lambda: 0.0), lambda: 1)
    items.put(KEY, b"new", 2)
    items.put(KEY, b"old", 1)
    items.remove(KEY, 1)
    assert items.get(KEY) == Cached(b"new")
    items.remove(KEY, 2)
    assert items.get(KEY) is None


def nodes(clock: Clock, count: int = 3) -> tuple[list[FakeNode], Replication]:
    several = [FakeNode(clock) for _ in range(count)]
    found: Sequence[FakeNode] = several
    return several, Replication(clock, lambda: found)


def test_a_write_reaches_the_primary_first() -> None:
    async def scenario() -> None:
        several, replication = nodes(SimulatedClock())
        replication.written(KEY, b"1")
        assert [node.known for node in several] == [b"1", None, None]
        await until(lambda: several[2].known is not None)
        assert [node.known for node in several] == [b"1", b"1", b"1"]
        replication.stop()

    in_simulated_time(scenario())


def test_a_read_that_began_before_a_write_is_not_kept_over_it() -> None:
    async def scenario() -> None:
        several, replication = nodes(Clock(), 1)
        ticket = replication.ticket()
        replication.written(KEY, b"written")
        replication.learnt(KEY, b"read before", ticket, several[0])
        assert several[0].known == b"written"
        replication.written(KEY, None, forget=True)
        replication.learnt(KEY, b"read before", ticket, several[0])
        assert several[0].known is None
        replication.learnt(KEY, b"read after", replication.ticket(), several[0])
        assert several[0].known == b"read after"

    asyncio.run(scenario())


def test_what_is_stopped_spreads_nothing_more() -> None:
    async def scenario() -> None:
        several, replication = nodes(SimulatedClock())
        replication.written(KEY, b"1")
        replication.stop()
        await let_pass(60)
        assert several[1].known is None

    in_simulated_time(scenario())


def test_large_changes_arrive_earlier_when_there_are_many() -> None:
    async def scenario() -> None:
        several, replication = nodes(SimulatedClock())
        large = b"x" * 400_000
        for number in range(60):
            replication.written(("table", b"%d" % number), large)
        assert several[1].items.get(("table", b"0")) == Cached(large)
        assert several[1].items.get(("table", b"59")) is None
        replication.take(0.0)
        assert several[1].items.get(("table", b"59")) == Cached(large)
        replication.stop()

    in_simulated_time(scenario())
