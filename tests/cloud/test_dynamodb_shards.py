"""A stream of several shards: order per item, none between items.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.Partitions.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.event_source_kit import Kit, until
from tests.cloud.notes import NOTE
from tests.cloud.pipes_kit import PipeKit
from tests.cloud.tables_support import describe, make_table, refused, wire

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
# so many units are one partition's on AWS
WARM = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000}
ITEMS, CHANGES = 12, 5
# notes in which order changes came; a change of an item whose name is `stuck` fails
ORDER = (
    NOTE
    + """
def handler(event, context):
    images = [record["dynamodb"]["NewImage"] for record in event["Records"]]
    if any(image["id"]["S"] == os.environ.get("STUCK") for image in images):
        raise ValueError("stuck")
    note({"seen": [[image["id"]["S"], int(image["n"]["N"])] for image in images]})
"""
)


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture(scope="module")
def streams(cloud: Any) -> Any:
    return cloud.client("dynamodbstreams")


@pytest.fixture
def kit(cloud: Any) -> Iterator[Kit]:
    kit = Kit(cloud)
    yield kit
    kit.close()


def streamed(dynamodb: Any, **more: Any) -> tuple[str, str]:
    name = make_table(dynamodb, "id", StreamSpecification=STREAM, **more)
    return name, describe(dynamodb, name)["LatestStreamArn"]


def shards(streams: Any, arn: str, **more: Any) -> list[dict[str, Any]]:
    description = streams.describe_stream(StreamArn=arn, **more)["StreamDescription"]
    return list(description["Shards"])


def read(streams: Any, arn: str, shard: str) -> list[tuple[str, int]]:
    """The item and the number of each change in a shard, to its present end."""
    at = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    found: list[tuple[str, int]] = []
    while at:
        answer = streams.get_records(ShardIterator=at, Limit=10)
        if not answer["Records"]:
            break
        for record in answer["Records"]:
            image = record["dynamodb"]["NewImage"]
            found.append((image["id"]["S"], int(image["n"]["N"])))
        at = answer.get("NextShardIterator")
    return found


def change_all(dynamodb: Any, table: str, first: int = 0) -> None:
    for number in range(first, first + CHANGES):
        for item in range(ITEMS):
            dynamodb.put_item(TableName=table, Item=wire(id=f"order-{item}", n=number))


def by_item(changes: list[Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for item, number in changes:
        found[item].append(number)
    return dict(found)


def test_a_small_table_has_one_shard_and_a_warm_one_several(dynamodb: Any, streams: Any) -> None:
    _, small = streamed(dynamodb)
    assert len(shards(streams, small)) == 1
    _, warm = streamed(dynamodb, WarmThroughput=WARM)
    assert len(shards(streams, warm)) == 4
    units = {"ReadCapacityUnits": 100, "WriteCapacityUnits": 2500}
    _, provisioned = streamed(dynamodb, BillingMode="PROVISIONED", ProvisionedThroughput=units)
    assert len(shards(streams, provisioned)) == 3


def test_changes_of_an_item_are_in_one_shard_in_their_order(dynamodb: Any, streams: Any) -> None:
    table, arn = streamed(dynamodb, WarmThroughput=WARM)
    change_all(dynamodb, table)
    read_by_shard = [by_item(read(streams, arn, each["ShardId"])) for each in shards(streams, arn)]
    assert sum(map(len, read_by_shard)) == ITEMS
    assert sum(bool(found) for found in read_by_shard) > 1
    for found in read_by_shard:
        assert all(numbers == list(range(CHANGES)) for numbers in found.values())


def test_sequence_numbers_are_a_shards_own(dynamodb: Any, streams: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html"""
    table, arn = streamed(dynamodb, WarmThroughput=WARM)
    change_all(dynamodb, table)
    first, second, *_ = (each["ShardId"] for each in shards(streams, arn))
    at = streams.get_shard_iterator(StreamArn=arn, ShardId=first, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    number = streams.get_records(ShardIterator=at)["Records"][0]["dynamodb"]["SequenceNumber"]
    parameters = {
        "StreamArn": arn, "ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": number,
    }  # fmt: skip
    streams.get_shard_iterator(ShardId=first, **parameters)
    code, _ = refused(streams.get_shard_iterator, ShardId=second, **parameters)
    assert code == "ValidationException"


def test_shards_are_described_page_by_page(dynamodb: Any, streams: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html"""
    _, arn = streamed(dynamodb, WarmThroughput=WARM)
    first = streams.describe_stream(StreamArn=arn, Limit=3)["StreamDescription"]
    last = first["LastEvaluatedShardId"]
    assert last == first["Shards"][-1]["ShardId"]
    second = streams.describe_stream(StreamArn=arn, Limit=3, ExclusiveStartShardId=last)
    rest = second["StreamDescription"]
    assert "LastEvaluatedShardId" not in rest
    assert [*first["Shards"], *rest["Shards"]] == shards(streams, arn)


def test_a_split_closes_the_parent_and_its_children_go_on(dynamodb: Any, streams: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html#Streams.Processing"""
    table, arn = streamed(dynamodb)
    change_all(dynamodb, table)
    [parent] = shards(streams, arn)
    dynamodb.update_table(
        TableName=table,
        WarmThroughput={"ReadUnitsPerSecond": 20_000, "WriteUnitsPerSecond": 2_000},
    )
    change_all(dynamodb, table, CHANGES)
    closed, *children = shards(streams, arn)
    assert closed["ShardId"] == parent["ShardId"]
    assert "EndingSequenceNumber" in closed["SequenceNumberRange"]
    assert len(children) == 7
    assert all(each["ParentShardId"] == parent["ShardId"] for each in children)
    assert all("EndingSequenceNumber" not in each["SequenceNumberRange"] for each in children)
    chosen = {"Type": "CHILD_SHARDS", "ShardId": parent["ShardId"]}
    assert shards(streams, arn, ShardFilter=chosen) == children
    before = by_item(read(streams, arn, parent["ShardId"]))
    assert all(numbers == list(range(CHANGES)) for numbers in before.values())
    after = by_item([each for c in children for each in read(streams, arn, c["ShardId"])])
    assert all(numbers == list(range(CHANGES, 2 * CHANGES)) for numbers in after.values())
    assert len(before) == len(after) == ITEMS


def test_the_page_that_splits_a_table(cloud: Any, dynamodb: Any, streams: Any) -> None:
    table, arn = streamed(dynamodb)
    assert cloud.page("partitions", "POST", {"table": table, "partitions": 2}) == {
        "table": table, "partitions": 2,
    }  # fmt: skip
    assert cloud.page(f"partitions?table={table}")["partitions"] == 2
    assert len(shards(streams, arn)) == 3


@pytest.mark.parametrize("factor", [1, 3])
def test_a_function_reads_all_shards_and_children_after_parents(kit: Kit, factor: int) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
    function = kit.function(ORDER)
    table, stream = kit.table(WarmThroughput=WARM)
    kit.mapping(
        function, stream, StartingPosition="TRIM_HORIZON", BatchSize=3,
        ParallelizationFactor=factor,
    )  # fmt: skip
    change_all(kit.dynamodb, table)
    kit.cloud.page("partitions", "POST", {"table": table, "partitions": 8})
    change_all(kit.dynamodb, table, CHANGES)
    until(lambda: len(seen(function)) == 2 * CHANGES * ITEMS)
    in_order = list(range(2 * CHANGES))
    assert all(numbers == in_order for numbers in by_item(seen(function)).values())


def test_a_mapping_that_comes_after_a_split(kit: Kit) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html"""
    from_the_oldest, from_the_latest = kit.function(ORDER), kit.function(ORDER)
    table, stream = kit.table()
    change_all(kit.dynamodb, table)
    kit.cloud.page("partitions", "POST", {"table": table, "partitions": 4})
    change_all(kit.dynamodb, table, CHANGES)
    kit.mapping(from_the_oldest, stream, StartingPosition="TRIM_HORIZON", BatchSize=4)
    kit.mapping(from_the_latest, stream, StartingPosition="LATEST")
    change_all(kit.dynamodb, table, 2 * CHANGES)
    until(lambda: len(seen(from_the_oldest)) == 3 * CHANGES * ITEMS)
    in_order = list(range(3 * CHANGES))
    assert all(numbers == in_order for numbers in by_item(seen(from_the_oldest)).values())
    until(lambda: len(seen(from_the_latest)) == CHANGES * ITEMS)
    newest = list(range(2 * CHANGES, 3 * CHANGES))
    assert all(numbers == newest for numbers in by_item(seen(from_the_latest)).values())


def seen(function: Any) -> list[Any]:
    return [each for event in function.events() for each in event["seen"]]


def test_a_failing_batch_blocks_its_own_shard_only(kit: Kit, streams: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html"""
    table, stream = kit.table(WarmThroughput=WARM)
    function = kit.function(ORDER, STUCK="order-0")
    kit.mapping(function, stream, StartingPosition="TRIM_HORIZON", BatchSize=1)
    change_all(kit.dynamodb, table)
    behind = set(by_item(read(streams, stream, shard_of(streams, stream, "order-0"))))
    others = {f"order-{number}" for number in range(ITEMS)} - behind
    assert others
    until(lambda: by_item(seen(function)) == {each: list(range(CHANGES)) for each in others})


def shard_of(streams: Any, arn: str, item: str) -> str:
    return next(
        str(each["ShardId"])
        for each in shards(streams, arn)
        if item in by_item(read(streams, arn, each["ShardId"]))
    )


def test_a_pipe_reads_all_shards_and_children_after_parents(cloud: Any) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html"""
    kit = PipeKit(cloud)
    try:
        table, stream = kit.table()
        function = kit.function(ORDER_OF_PIPE)
        kit.running(kit.pipe(stream, kit.function_arn(function.name), stream={"BatchSize": 3}))
        change_all(kit.dynamodb, table)
        cloud.page("partitions", "POST", {"table": table, "partitions": 4})
        change_all(kit.dynamodb, table, CHANGES)

        until(lambda: len(seen(function)) == 2 * CHANGES * ITEMS)
        in_order = list(range(2 * CHANGES))
        assert all(numbers == in_order for numbers in by_item(seen(function)).values())
    finally:
        kit.close()


ORDER_OF_PIPE = (
    NOTE
    + """
def handler(events, context):
    images = [event["dynamodb"]["NewImage"] for event in events]
    note({"seen": [[image["id"]["S"], int(image["n"]["N"])] for image in images]})
"""
)
