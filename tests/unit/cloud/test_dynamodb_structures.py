"""Rows, stream logs, expiry and staleness, without a server."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.clock import HandTurnedClock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Principal, StreamPosition
from orderlab.cloud.dynamodb.attribute_values import measure_item
from orderlab.cloud.dynamodb.expiry import Expiry
from orderlab.cloud.dynamodb.rows import TOP, AfterPrefix, Rows
from orderlab.cloud.dynamodb.schema import IndexSchema, KeySchema, TableSchema
from orderlab.cloud.dynamodb.shard_log import RETENTION_SECONDS, TTL_IDENTITY, ShardLog
from orderlab.cloud.dynamodb.staleness import STALE_SECONDS, Staleness
from orderlab.cloud.dynamodb.stored import Stored, store
from orderlab.cloud.dynamodb.stream_log import StreamLog
from orderlab.cloud.dynamodb.stream_operations import StreamOperations
from orderlab.cloud.dynamodb.table import Behaviour, Change, Table
from orderlab.cloud.http import Request, Response

SCHEMA = [
    {"AttributeName": "pk", "KeyType": "HASH"},
    {"AttributeName": "sk", "KeyType": "RANGE"},
]


def stored(item: dict[str, Any]) -> Stored:
    return store(item, measure_item(item))


@given(st.lists(st.text(max_size=4), unique=True), st.text(max_size=2))
def test_a_prefix_range_holds_what_begins_with_it(texts: list[str], prefix: str) -> None:
    rows = Rows()
    for text in texts:
        rows.put((1, text), stored({"a": {"S": "x"}}))
    found = [key[1] for key in rows.keys((1, prefix), (1, AfterPrefix(prefix)))]
    assert found == sorted(text for text in texts if text.startswith(prefix))


@given(st.lists(st.decimals(-100, 100, places=2), unique=True), st.integers(-100, 100))
def test_numbers_sort_by_their_worth(values: list[Decimal], bound: int) -> None:
    keys = KeySchema(("pk",), ("sk",), {"pk": "S", "sk": "N"})
    rows = Rows()
    for value in values:
        item = {"pk": {"S": "p"}, "sk": {"N": str(value)}}
        measure_item(item)
        rows.put(keys.key(item), stored(item))
    prefix = keys.prefix({"pk": {"S": "p"}})
    found = [key[-1] for key in rows.keys((*prefix, bound), (*prefix, TOP))]
    assert found == sorted(value for value in values if value >= bound)


def test_rows_know_their_size() -> None:
    rows = Rows()
    rows.put((1,), Stored(b"", 10))
    rows.put((1,), Stored(b"", 7))
    rows.put((2,), Stored(b"", 1))
    rows.remove((2,))
    rows.remove((3,))
    assert (len(rows), rows.bytes) == (1, 7)


# --- streams ---


ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/t"


def stream(clock: HandTurnedClock, view: str = "NEW_AND_OLD_IMAGES") -> ShardLog:
    """The only shard of a stream."""
    return StreamLog(ARN, SCHEMA, view, clock).shards[0]


def item(number: int) -> Stored:
    return stored({"pk": {"S": "p"}, "sk": {"S": str(number)}})


def test_sequence_numbers_grow_and_lead_back_to_their_records() -> None:
    log = stream(HandTurnedClock())
    numbers = [log.sequence_number(index) for index in range(3)]
    assert all(len(number) >= 21 for number in numbers)
    assert numbers == sorted(numbers)
    assert [log.index_of(int(number)) for number in numbers] == [0, 1, 2]


def test_records_are_trimmed_after_a_day_and_positions_move_on() -> None:
    clock = HandTurnedClock()
    log = stream(clock)
    for number in range(3000):
        log.append(None, item(number))
    clock.advance(RETENTION_SECONDS / 2)
    log.append(None, item(3000))
    clock.advance(RETENTION_SECONDS / 2)
    assert log.start("TRIM_HORIZON") == StreamPosition(3000)
    records, after = log.read(StreamPosition(5), 10)
    assert [record.keys["sk"]["S"] for record in records] == ["3000"]
    assert after == StreamPosition(3001) == log.start("LATEST")


def test_a_read_ends_at_one_megabyte() -> None:
    log = stream(HandTurnedClock(), "NEW_IMAGE")
    large = stored({"pk": {"S": "p"}, "sk": {"S": "s"}, "x": {"S": "x" * 300_000}})
    for _ in range(5):
        log.append(None, large)
    records, after = log.read(log.start("TRIM_HORIZON"), 100)
    assert len(records) == 3
    assert after == StreamPosition(3)


VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("old", [None, 1], ids=["without an old item", "with an old item"])
@pytest.mark.parametrize("new", [None, 2], ids=["without a new item", "with a new item"])
def test_a_record_is_the_same_as_a_value_and_as_text(
    view: str, old: int | None, new: int | None
) -> None:
    if old is None and new is None:
        return
    log = stream(HandTurnedClock(), view)
    before, after = (None if number is None else item(number) for number in (old, new))
    log.append(before, after, TTL_IDENTITY if new is None else None)
    ((record,), _) = log.read(log.start("TRIM_HORIZON"), 1)
    text = record.encoded("arn:of:stream")
    assert json.loads(text) == record.event("arn:of:stream")
    event, api = json.loads(text), json.loads(record.shown())
    assert event.pop("eventSourceARN") == "arn:of:stream"
    assert event.pop("userIdentity", {}) == {
        name[0].lower() + name[1:]: value for name, value in api.pop("userIdentity", {}).items()
    }
    assert event == api
    images = api["dynamodb"].keys() & {"NewImage", "OldImage"}
    wanted = {"NewImage": new, "OldImage": old}
    assert images == {
        name
        for name, number in wanted.items()
        if number is not None and (view.startswith(name[:3].upper()) or view == VIEWS[-1])
    }


def test_a_waiting_reader_wakes_for_a_record() -> None:
    async def wait() -> tuple[bool, bool]:
        log = stream(HandTurnedClock())
        waiting = asyncio.create_task(log.wait(StreamPosition(0), 5))
        await asyncio.sleep(0)
        log.append(None, item(1))
        woken = await waiting
        return woken, await log.wait(StreamPosition(1), 0.01)

    assert asyncio.run(wait()) == (True, False)


class OneStream:
    """A register that knows one stream."""

    def __init__(self, log: StreamLog) -> None:
        self._log = log

    def stream(self, arn: str) -> StreamLog | None:
        return self._log if arn == self._log.arn else None


def stream_call(operations: StreamOperations, operation: str, **parameters: Any) -> Any:
    request = Request("POST", "/", "", {}, b"")
    principal = Principal("account", "arn:aws:iam::123456789012:root", "123456789012")
    call = Call("dynamodbstreams", operation, "us-east-1", principal, request, "id")
    result = operations.operations[operation](call, parameters)
    return json.loads(result.body) if isinstance(result, Response) else result


def test_iterators_expire_and_records_are_trimmed() -> None:
    clock = HandTurnedClock()
    whole = StreamLog(ARN, SCHEMA, "NEW_AND_OLD_IMAGES", clock)
    (log,) = whole.shards
    operations = StreamOperations(OneStream(whole), clock)  # type: ignore[arg-type]
    log.append(None, item(1))
    number = log.sequence_number(0)
    start = {"StreamArn": whole.arn, "ShardId": log.id}
    at = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": number}

    def iterator(**kind: Any) -> str:
        found: str = stream_call(operations, "GetShardIterator", **start, **kind)["ShardIterator"]
        return found

    first = iterator(**at)
    clock.advance(14 * 60)
    assert len(stream_call(operations, "GetRecords", ShardIterator=first)["Records"]) == 1
    clock.advance(61)
    with pytest.raises(AwsError) as error:
        stream_call(operations, "GetRecords", ShardIterator=first)
    assert error.value.code == "ExpiredIteratorException"
    clock.advance(RETENTION_SECONDS - 16 * 60)
    fresh = iterator(**at)
    clock.advance(100)
    for attempt in (
        lambda: iterator(**at),
        lambda: stream_call(operations, "GetRecords", ShardIterator=fresh),
    ):
        with pytest.raises(AwsError) as error:
            attempt()
        assert error.value.code == "TrimmedDataAccessException"
    oldest = iterator(ShardIteratorType="TRIM_HORIZON")
    assert stream_call(operations, "GetRecords", ShardIterator=oldest)["Records"] == []


# --- expiry, staleness, lag ---


def table(clock: HandTurnedClock, *, weak: bool = False, index: bool = False) -> Table:
    keys = KeySchema(("pk",), ("sk",), {"pk": "S", "sk": "S"})
    schema = TableSchema(keys)
    if index:
        own = KeySchema(("g",), (), {"g": "S"})
        schema.indexes["by-g"] = IndexSchema("by-g", "global", own, None, "arn:index")
    return Table("t", "arn:table", schema, Behaviour(clock, weak, seed=3))


def write(to: Table, content: dict[str, Any]) -> None:
    keys = to.schema.keys
    change = to.change(keys.key(content), stored(content), content, keys.prefix(content))
    to.apply(change)


def test_only_what_is_due_expires_and_only_once() -> None:
    expiry = Expiry("ttl")
    for number, moment in enumerate((100, 200, 50)):
        content = {"pk": {"S": str(number)}, "ttl": {"N": str(moment)}}
        expiry.note((number,), content)
    assert list(expiry.due(150, 10)) == [(2,), (0,)]
    assert list(expiry.due(150, 10)) == []


def test_a_moment_that_was_moved_does_not_count() -> None:
    expiry = Expiry("ttl")
    for moment in (100, 900):
        content = {"pk": {"S": "x"}, "ttl": {"N": str(moment)}}
        expiry.note((1,), content)
    assert list(expiry.due(500, 10)) == []
    assert list(expiry.due(900, 10)) == [(1,)]


def test_a_moment_more_than_five_years_ago_is_a_mistake() -> None:
    expiry = Expiry("ttl")
    content = {"pk": {"S": "x"}, "ttl": {"N": "1000"}}
    expiry.note((1,), content)
    assert list(expiry.due(1_700_000_000, 10)) == []


def test_an_item_that_was_deleted_or_lost_its_moment_does_not_expire() -> None:
    expiry = Expiry("ttl")
    for number in (1, 2):
        expiry.note((number,), {"pk": {"S": "x"}, "ttl": {"N": "100"}})
    expiry.forget((1,))
    expiry.note((2,), {"pk": {"S": "x"}})
    assert list(expiry.due(500, 10)) == []


def test_a_heap_of_overwritten_moments_is_cleaned_up() -> None:
    expiry = Expiry("ttl")
    for moment in range(5000):
        content = {"pk": {"S": "x"}, "ttl": {"N": str(moment)}}
        expiry.note((1,), content)
    assert len(expiry._heap) < 2000
    assert list(expiry.due(4999, 5000)) == [(1,)]


@pytest.mark.parametrize("filler", ["", "x" * 30_000], ids=["small", "large"])
def test_an_index_shows_what_it_projects_and_notices_only_that(filler: str) -> None:
    keys = KeySchema(("pk",), ("sk",), {"pk": "S", "sk": "S"})
    own = KeySchema(("g",), (), {"g": "S"})
    shown = frozenset({"pk", "sk", "g", "a"})
    schema = TableSchema(keys, {"by-g": IndexSchema("by-g", "global", own, shown, "arn:index")})
    tested = Table("t", "arn:table", schema, Behaviour(HandTurnedClock()))

    def change(a: str, b: str) -> Change:
        texts = {"pk": "p", "sk": "s", "b": b, "a": a + filler, "g": "g"}
        content = {name: {"S": text} for name, text in texts.items()}
        return tested.change(keys.key(content), stored(content), content, keys.prefix(content))

    tested.apply(change("1", "1"))
    (row,) = tested.indexes["by-g"].rows.keys(None)
    view = tested.indexes["by-g"].rows[row]
    assert view.item().keys() == shown
    assert view.size == measure_item(view.item())
    assert change("1", "2").indexes == []
    assert len(change("2", "1").indexes) == 1


def test_a_stale_read_sees_what_was_and_not_for_long() -> None:
    clock = HandTurnedClock()
    staleness = Staleness(clock, seed=1)
    old, new = Stored(b"old", 3), Stored(b"new", 3)
    staleness.changed((1,), old)
    assert staleness.seen((1,), new) is old
    assert staleness.seen((2,), new) is new
    clock.advance(STALE_SECONDS)
    assert staleness.seen((1,), new) is new


def test_a_lagging_index_follows() -> None:
    clock = HandTurnedClock()
    lagging = table(clock, weak=True, index=True)
    index = lagging.indexes["by-g"]
    for group in ("a", "b"):
        write(lagging, {"pk": {"S": "p"}, "sk": {"S": "1"}, "g": {"S": group}})
    index.catch_up()
    assert len(index.rows) == 0
    clock.advance(2)
    index.catch_up()
    assert [key[1] for key in index.rows.keys(None)] == ["b"]


# --- a table and its index agree, whatever is written ---

writes = st.lists(
    st.tuples(
        st.sampled_from(["p", "q"]),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from([None, "a", "b"]),
        st.sampled_from([None, "x", "y"]),
        st.booleans(),
    ),
    max_size=30,
)


@given(writes)
def test_an_index_holds_what_the_table_holds(
    sequence: list[tuple[str, str, str | None, str | None, bool]],
) -> None:
    tested = table(HandTurnedClock(), index=True)
    model: dict[tuple[str, str], dict[str, Any]] = {}
    for pk, sk, group, note, put in sequence:
        content: dict[str, Any] = {"pk": {"S": pk}, "sk": {"S": sk}}
        content |= {"g": {"S": group}} if group else {}
        content |= {"note": {"S": note}} if note else {}
        keys = tested.schema.keys
        if put:
            write(tested, content)
            model[pk, sk] = content
        else:
            change = tested.change(keys.key(content), None, None, keys.prefix(content))
            tested.apply(change)
            model.pop((pk, sk), None)
    index = tested.indexes["by-g"]
    found = sorted(str(index.rows[key].item()) for key in index.rows.keys(None))
    assert found == sorted(str(content) for content in model.values() if "g" in content)
    assert len(tested.rows) == len(model)
    assert tested.rows.bytes == sum(measure_item(content) for content in model.values())
