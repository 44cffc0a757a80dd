"""A stream with many records: all of them are read back, and memory holds only the newest.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from orderlab.cloud.dynamodb.change_log import NEWEST, PORTION
from tests.cloud.tables_support import make_table

RECORDS = 20_000
_AT_ONCE = 25


@pytest.fixture(scope="module")
def objects_before(cloud: Any) -> int:
    return _objects(cloud)


def _objects(cloud: Any) -> int:
    """Objects that the streams of all tables keep in memory."""
    count: int = cloud.page("memory")["parts"]["streams"]["objects"]
    return count


@dataclass(frozen=True)
class Written:
    """A stream, and its events in the order in which they were taken: name and sort key."""

    arn: str
    events: list[tuple[str, str]]


@pytest.fixture(scope="module")
def stream(cloud: Any, objects_before: int) -> Written:
    """The stream of a table whose items were written one after the other, and deleted."""
    # a quick machine meets the table's throughput: it waits, and sends what was left over
    dynamodb = cloud.client("dynamodb", retries={"mode": "standard", "max_attempts": 20})
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    name = make_table(dynamodb, StreamSpecification=specification)
    events: list[tuple[str, str]] = []
    for first in range(0, RECORDS // 2, _AT_ONCE):
        keys = [_key(number) for number in range(first, first + _AT_ONCE)]
        puts = [{"PutRequest": {"Item": {**key, "text": {"S": "x" * 100}}}} for key in keys]
        deletes = [{"DeleteRequest": {"Key": key}} for key in keys]
        for requests in (puts, deletes):
            events += _write(dynamodb, name, requests)
    arn: str = dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    return Written(arn, events)


def _write(dynamodb: Any, name: str, requests: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Write all of a batch; its events in the order in which they were taken."""
    while requests:
        left = dynamodb.batch_write_item(RequestItems={name: requests})["UnprocessedItems"]
        rest = left.get(name, [])
        yield from (_event(each) for each in requests if each not in rest)
        requests = rest


def _event(request: dict[str, Any]) -> tuple[str, str]:
    if "PutRequest" in request:
        return "INSERT", request["PutRequest"]["Item"]["sk"]["S"]
    return "REMOVE", request["DeleteRequest"]["Key"]["sk"]["S"]


def _key(number: int) -> dict[str, Any]:
    return {"pk": {"S": "p"}, "sk": {"S": f"{number:06}"}}


def _pages(streams: Any, arn: str, limit: int, **start: Any) -> Iterator[list[dict[str, Any]]]:
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], **start)
    iterator = place["ShardIterator"]
    while True:
        page = streams.get_records(ShardIterator=iterator, Limit=limit)
        if not page["Records"]:
            return
        yield page["Records"]
        iterator = page["NextShardIterator"]


@pytest.mark.parametrize("limit", [1000, 333])
def test_a_reader_from_the_trim_horizon_gets_every_record_in_order(
    cloud: Any, stream: Written, limit: int
) -> None:
    streams = cloud.client("dynamodbstreams")
    found = [
        record
        for page in _pages(streams, stream.arn, limit, ShardIteratorType="TRIM_HORIZON")
        for record in page
    ]
    read = [(each["eventName"], each["dynamodb"]["Keys"]["sk"]["S"]) for each in found]
    assert read == stream.events
    numbers = [int(each["dynamodb"]["SequenceNumber"]) for each in found]
    assert numbers == sorted(set(numbers))
    assert len({each["eventID"] for each in found}) == RECORDS
    for each in found:
        image = "NewImage" if each["eventName"] == "INSERT" else "OldImage"
        assert each["dynamodb"][image]["text"] == {"S": "x" * 100}


def test_a_reader_goes_on_at_any_old_record(cloud: Any, stream: Written) -> None:
    streams = cloud.client("dynamodbstreams")
    first = next(_pages(streams, stream.arn, 1000, ShardIteratorType="TRIM_HORIZON"))
    wanted = first[777]
    start = {"SequenceNumber": wanted["dynamodb"]["SequenceNumber"]}
    at = next(_pages(streams, stream.arn, 3, ShardIteratorType="AT_SEQUENCE_NUMBER", **start))
    after = next(_pages(streams, stream.arn, 2, ShardIteratorType="AFTER_SEQUENCE_NUMBER", **start))
    assert at == first[777:780]
    assert after == first[778:780]


def test_memory_holds_the_newest_records_only(
    cloud: Any, stream: Written, objects_before: int
) -> None:
    # with the portion that was read last; a record is a dozen objects
    most = (NEWEST + 2 * PORTION) * 12
    assert most < RECORDS * 2
    assert _objects(cloud) - objects_before < most
