"""DynamoDB Streams, and items that expire, through plain boto3.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from __future__ import annotations

import time
from typing import Any

import boto3
import pytest

from tests.cloud.tables_support import make_table, refused, wire


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture(scope="module")
def streams(cloud: Any) -> Any:
    # nothing configured but the endpoint: boto3 would send these to a host of their own
    return boto3.client(
        "dynamodbstreams",
        endpoint_url=cloud.endpoint,
        region_name=cloud.region,
        aws_access_key_id=cloud.access_key_id,
        aws_secret_access_key=cloud.secret_access_key,
    )


def streamed(dynamodb: Any, view: str = "NEW_AND_OLD_IMAGES") -> tuple[str, str]:
    """A table with a stream, and the stream's ARN."""
    name = make_table(dynamodb, StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
    return name, dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]


def iterator(streams: Any, arn: str, kind: str = "TRIM_HORIZON", **more: Any) -> str:
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    found: str = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **more
    )["ShardIterator"]
    return found


def records(streams: Any, arn: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = streams.get_records(ShardIterator=iterator(streams, arn))[
        "Records"
    ]
    return found


def test_a_change_is_a_record_with_what_the_view_shows(dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(dynamodb)
    before, after = wire(pk="p", sk="s", a="1"), wire(pk="p", sk="s", a="22")
    dynamodb.put_item(TableName=name, Item=before)
    dynamodb.put_item(TableName=name, Item=after)
    dynamodb.delete_item(TableName=name, Key=wire(pk="p", sk="s"))
    first, second, third = records(streams, arn)
    assert [r["eventName"] for r in (first, second, third)] == ["INSERT", "MODIFY", "REMOVE"]
    assert first["eventSource"] == "aws:dynamodb"
    assert first["awsRegion"] == "us-east-1"
    assert "userIdentity" not in third
    change = second["dynamodb"]
    assert change["Keys"] == wire(pk="p", sk="s")
    assert (change["OldImage"], change["NewImage"]) == (before, after)
    assert change["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert change["SizeBytes"] == 6 + 8 + 9
    assert "OldImage" not in first["dynamodb"]
    assert "NewImage" not in third["dynamodb"]
    sequence = [r["dynamodb"]["SequenceNumber"] for r in (first, second, third)]
    assert sequence == sorted(sequence)
    assert all(21 <= len(number) <= 40 and number.isdigit() for number in sequence)
    assert len({r["eventID"] for r in (first, second, third)}) == 3


@pytest.mark.parametrize(
    ("view", "images"),
    [
        ("KEYS_ONLY", set()),
        ("NEW_IMAGE", {"NewImage"}),
        ("OLD_IMAGE", {"OldImage"}),
        ("NEW_AND_OLD_IMAGES", {"NewImage", "OldImage"}),
    ],
)
def test_each_view_shows_its_images(
    dynamodb: Any, streams: Any, view: str, images: set[str]
) -> None:
    name, arn = streamed(dynamodb, view)
    for text in ("1", "2"):
        dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="s", a=text))
    change = records(streams, arn)[1]["dynamodb"]
    assert change.keys() & {"NewImage", "OldImage"} == images


def test_a_write_that_changes_nothing_leaves_no_record(dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(dynamodb)
    dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="s", a="1", b={"y", "x"}))
    dynamodb.put_item(
        TableName=name,
        Item={"b": {"SS": ["y", "x"]}, "a": {"S": "1"}, **wire(sk="s", pk="p")},
    )
    dynamodb.update_item(
        TableName=name,
        Key=wire(pk="p", sk="s"),
        UpdateExpression="SET a = :a",
        ExpressionAttributeValues=wire(**{":a": "1"}),
    )
    dynamodb.delete_item(TableName=name, Key=wire(pk="p", sk="none"))
    dynamodb.transact_write_items(
        TransactItems=[
            {
                "ConditionCheck": {
                    "TableName": name,
                    "Key": wire(pk="p", sk="s"),
                    "ConditionExpression": "attribute_exists(pk)",
                }
            }
        ]
    )
    assert len(records(streams, arn)) == 1


def test_batches_and_transactions_are_recorded(dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(dynamodb)
    dynamodb.batch_write_item(
        RequestItems={name: [{"PutRequest": {"Item": wire(pk="p", sk=sk)}} for sk in "ab"]}
    )
    dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": name, "Item": wire(pk="p", sk=sk)}} for sk in "cd"]
    )
    assert [r["dynamodb"]["Keys"]["sk"]["S"] for r in records(streams, arn)] == list("abcd")


def test_iterators_start_where_they_say(dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(dynamodb)
    for sk in "abc":
        dynamodb.put_item(TableName=name, Item=wire(pk="p", sk=sk))
    second = records(streams, arn)[1]["dynamodb"]["SequenceNumber"]
    latest = iterator(streams, arn, "LATEST")
    dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="d"))

    def seen(start: str) -> str:
        found = streams.get_records(ShardIterator=start)["Records"]
        return "".join(record["dynamodb"]["Keys"]["sk"]["S"] for record in found)

    assert seen(latest) == "d"
    assert seen(iterator(streams, arn, "TRIM_HORIZON")) == "abcd"
    assert seen(iterator(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=second)) == "bcd"
    assert seen(iterator(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=second)) == "cd"
    assert seen(iterator(streams, arn, "AT_TIMESTAMP", Timestamp=time.time() - 600)) == "abcd"
    assert seen(iterator(streams, arn, "AT_TIMESTAMP", Timestamp=time.time() + 600)) == ""


def test_each_read_goes_on_where_the_last_one_ended(dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(dynamodb)
    for number in range(5):
        dynamodb.put_item(TableName=name, Item=wire(pk="p", sk=str(number)))
    found, at = [], iterator(streams, arn)
    for _ in range(4):
        answer = streams.get_records(ShardIterator=at, Limit=2)
        found.append(len(answer["Records"]))
        at = answer["NextShardIterator"]
    assert found == [2, 2, 1, 0]


def test_a_stream_that_was_switched_off_ends(dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(dynamodb)
    dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="s"))
    dynamodb.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="unseen"))
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["StreamStatus"] == "DISABLED"
    assert "EndingSequenceNumber" in description["Shards"][0]["SequenceNumberRange"]
    answer = streams.get_records(ShardIterator=iterator(streams, arn))
    assert len(answer["Records"]) == 1
    assert "NextShardIterator" not in answer
    dynamodb.update_table(
        TableName=name,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["LatestStreamArn"] != arn
    listed = {entry["StreamArn"] for entry in streams.list_streams(TableName=name)["Streams"]}
    assert listed == {arn, table["LatestStreamArn"]}


def test_a_stream_is_described_and_listed(dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(dynamodb)
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["TableName"] == name
    assert description["StreamStatus"] == "ENABLED"
    assert [key["AttributeName"] for key in description["KeySchema"]] == ["pk", "sk"]
    assert arn.endswith(description["StreamLabel"])
    arns: list[str] = []
    more: dict[str, Any] = {}
    while True:
        page = streams.list_streams(Limit=1, **more)
        arns += [entry["StreamArn"] for entry in page["Streams"]]
        if "LastEvaluatedStreamArn" not in page:
            break
        more = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
    assert arn in arns
    assert len(arns) == len(set(arns))


def test_streams_that_are_not_there(dynamodb: Any, streams: Any) -> None:
    _, arn = streamed(dynamodb)
    other = arn.replace("tables-test", "nothing")
    assert refused(streams.describe_stream, StreamArn=other)[0] == "ResourceNotFoundException"
    assert (
        refused(
            streams.get_shard_iterator,
            StreamArn=arn,
            ShardId="shardId-00000001541626099285-f35f62ef",
            ShardIteratorType="LATEST",
        )[0]
        == "ResourceNotFoundException"
    )
    for text in ("nonsense", f"{arn}|1|bm9uc2Vuc2U=", f"{arn}|1|W10=", f"{other}|1|x"):
        code, _ = refused(streams.get_records, ShardIterator=text)
        assert code == "ValidationException"


# --- time to live ---


def test_an_expired_item_goes_and_the_stream_says_why(dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(dynamodb)
    now = int(time.time())
    dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="before", expires=now - 5))
    dynamodb.update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
    )
    described = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="due", expires=now - 1))
    dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="later", expires=now + 3600))
    dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="ancient", expires=1000))
    dynamodb.put_item(TableName=name, Item=wire(pk="p", sk="text", expires="1000"))
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and dynamodb.scan(TableName=name)["Count"] > 3:
        time.sleep(0.05)
    left = {item["sk"]["S"] for item in dynamodb.scan(TableName=name)["Items"]}
    assert left == {"later", "ancient", "text"}
    gone = [r for r in records(streams, arn) if r["eventName"] == "REMOVE"]
    assert {r["dynamodb"]["Keys"]["sk"]["S"] for r in gone} == {"before", "due"}
    assert all(
        r["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
        for r in gone
    )


def test_time_to_live_is_switched_once(dynamodb: Any) -> None:
    name = make_table(dynamodb)

    def switch(enabled: bool, attribute: str = "expires") -> Any:
        return dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": enabled, "AttributeName": attribute},
        )

    assert refused(switch, enabled=False) == (
        "ValidationException",
        "TimeToLive is already disabled",
    )
    switch(True)
    assert refused(switch, enabled=True)[1] == "TimeToLive is already enabled"
    assert (
        "current AttributeName is expires" in refused(switch, enabled=False, attribute="other")[1]
    )
    switch(False)
    described = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "DISABLED"}
