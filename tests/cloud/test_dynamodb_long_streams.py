"""A stream with many records: all of them are read back, and memory holds only the newest.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def stream(cloud: Any, objects_before: int) -> str:
    """The ARN of a stream whose items were written one after the other, and deleted."""
    dynamodb = cloud.client("dynamodb")
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    name = make_table(dynamodb, StreamSpecification=specification)
    for first in range(0, RECORDS // 2, _AT_ONCE):
        keys = [_key(number) for number in range(first, first + _AT_ONCE)]
        puts = [{"PutRequest": {"Item": {**key, "text": {"S": "x" * 100}}}} for key in keys]
        deletes = [{"DeleteRequest": {"Key": key}} for key in keys]
        for requests in (puts, deletes):
            assert not dynamodb.batch_write_item(RequestItems={name: requests})["UnprocessedItems"]
    arn: str = dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    return arn


def _key(number: int) -> dict[str, Any]:
    return {"pk": {"S": "p"}, "sk": {"S": f"{number:06}"}}


def _expected() -> Iterator[tuple[str, str]]:
    for first in range(0, RECORDS // 2, _AT_ONCE):
        for name in ("INSERT", "REMOVE"):
            yield from ((name, f"{number:06}") for number in range(first, first + _AT_ONCE))


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
    cloud: Any, stream: str, limit: int
) -> None:
    streams = cloud.client("dynamodbstreams")
    found = [
        record
        for page in _pages(streams, stream, limit, ShardIteratorType="TRIM_HORIZON")
        for record in page
    ]
    read = [(each["eventName"], each["dynamodb"]["Keys"]["sk"]["S"]) for each in found]
    assert read == list(_expected())
    numbers = [int(each["dynamodb"]["SequenceNumber"]) for each in found]
    assert numbers == sorted(set(numbers))
    assert len({each["eventID"] for each in found}) == RECORDS
    for each in found:
        image = "NewImage" if each["eventName"] == "INSERT" else "OldImage"
        assert each["dynamodb"][image]["text"] == {"S": "x" * 100}


def test_a_reader_goes_on_at_any_old_record(cloud: Any, stream: str) -> None:
    streams = cloud.client("dynamodbstreams")
    first = next(_pages(streams, stream, 1000, ShardIteratorType="TRIM_HORIZON"))
    wanted = first[777]
    start = {"SequenceNumber": wanted["dynamodb"]["SequenceNumber"]}
    at = next(_pages(streams, stream, 3, ShardIteratorType="AT_SEQUENCE_NUMBER", **start))
    after = next(_pages(streams, stream, 2, ShardIteratorType="AFTER_SEQUENCE_NUMBER", **start))
    assert at == first[777:780]
    assert after == first[778:780]


def test_memory_holds_the_newest_records_only(cloud: Any, stream: str, objects_before: int) -> None:
    # with the portion that was read last; a record is a dozen objects
    most = (NEWEST + 2 * PORTION) * 12
    assert most < RECORDS * 2
    assert _objects(cloud) - objects_before < most
