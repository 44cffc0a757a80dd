"""Partitions of tables and the shards that follow them, without a server.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.Partitions.html
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orderlab.clock import HandTurnedClock
from orderlab.cloud.contracts import StreamPosition
from orderlab.cloud.dynamodb.attribute_values import measure_item
from orderlab.cloud.dynamodb.partitions import MAX_PARTITIONS, enough, lower_bounds
from orderlab.cloud.dynamodb.shard_log import RETENTION_SECONDS
from orderlab.cloud.dynamodb.stored import Stored, store
from orderlab.cloud.dynamodb.stream_log import StreamLog

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/t"
SCHEMA = [{"AttributeName": "pk", "KeyType": "HASH"}]


def item(name: int) -> Stored:
    content = {"pk": {"S": str(name)}}
    return store(content, measure_item(content))


@given(st.integers(1, MAX_PARTITIONS - 1))
def test_a_split_moves_no_bound(count: int) -> None:
    before, after = lower_bounds(count), lower_bounds(count + 1)
    assert after == sorted(after)
    assert len(set(after)) == count + 1
    assert set(before) < set(after)


def test_partitions_by_throughput() -> None:
    assert [enough(*units) for units in ((1, 1), (3000, 1000), (3001, 1), (1, 1001))] == [
        1, 1, 2, 2,
    ]  # fmt: skip
    assert enough(10**9, 10**9) == MAX_PARTITIONS


@given(st.lists(st.integers(0, 2**32 - 1), max_size=40), st.integers(1, 9), st.integers(1, 9))
def test_a_partition_keys_changes_stay_in_line_over_a_split(
    tokens: list[int], first: int, second: int
) -> None:
    log = StreamLog(ARN, SCHEMA, "KEYS_ONLY", HandTurnedClock(), first)
    for partitions in (first, max(first, second)):
        log.split(partitions)
        for token in tokens:
            log.append(token, None, item(token))
    assert sum(shard.open for shard in log.shards) == max(first, second)
    parents = {shard.id: shard.parent for shard in log.shards}
    found: dict[str, list[tuple[str, int]]] = {}
    for shard in log.shards:
        for record in shard.read(StreamPosition(0), 1000)[0]:
            place = (shard.id, int(record.sequence_number))
            found.setdefault(record.keys["pk"]["S"], []).append(place)
    for places in found.values():
        assert [number for _, number in places] == sorted(number for _, number in places)
        assert {parents[shard] or shard for shard, _ in places} == {places[0][0]}


def test_closed_shards_are_forgotten_after_a_day() -> None:
    clock = HandTurnedClock()
    log = StreamLog(ARN, SCHEMA, "KEYS_ONLY", clock)
    log.split(2)
    assert len(log.shards) == 3
    clock.advance(RETENTION_SECONDS + 1)
    assert len(log.shards) == 2
