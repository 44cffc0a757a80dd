"""DynamoDB and its streams."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from benchmarks.endpoints.behaviours.behaviour import Behaviour, Otherwise, expect, refused, until
from orderlab.aws_target.base import Target


def _table(target: Target, name: str, **settings: Any) -> dict[str, str]:
    """A new table with the key `id`; how a call names it."""
    dynamodb, names = target.client("dynamodb"), {"TableName": target.name(name)}
    attributes = settings.pop("attributes", [])
    dynamodb.create_table(
        **names,
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"}
                              for each in ("id", *attributes)],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        **{"BillingMode": "PAY_PER_REQUEST", **settings},
    )  # fmt: skip
    dynamodb.get_waiter("table_exists").wait(**names, WaiterConfig={"Delay": 1})
    return names


def a_failed_condition_shows_the_item(target: Target) -> None:
    dynamodb, names = target.client("dynamodb"), _table(target, "conditions")
    dynamodb.put_item(**names, Item={"id": {"S": "1"}, "total": {"N": "5"}})
    try:
        dynamodb.put_item(
            **names,
            Item={"id": {"S": "1"}},
            ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        item = error.response.get("Item")
        expect(item and item.get("total") == {"N": "5"}, f"the answer holds the item {item}")
        return
    raise Otherwise("the item was overwritten")


def a_transaction_gives_its_reasons(target: Target) -> None:
    dynamodb, names = target.client("dynamodb"), _table(target, "transactions")
    dynamodb.put_item(**names, Item={"id": {"S": "1"}})
    new = {"ConditionExpression": "attribute_not_exists(id)"}
    puts: list[dict[str, Any]] = [
        {"Put": {**names, "Item": {"id": {"S": key}}, **new}} for key in ("1", "2")
    ]
    try:
        dynamodb.transact_write_items(TransactItems=puts)
    except dynamodb.exceptions.TransactionCanceledException as error:
        codes = [each["Code"] for each in error.response.get("CancellationReasons", [])]
        expect(codes == ["ConditionalCheckFailed", "None"], f"the reasons were {codes}")
        expect(
            "Item" not in dynamodb.get_item(**names, Key={"id": {"S": "2"}}), "one half was written"
        )
        return
    raise Otherwise("it was written")


def too_much_is_throttled(target: Target) -> None:
    dynamodb = target.client("dynamodb")
    capacity = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    names = _table(target, "narrow", BillingMode="PROVISIONED", ProvisionedThroughput=capacity)
    client = target.new_client("dynamodb", retries={"mode": "standard", "total_max_attempts": 1})
    # five minutes of unused capacity may be spent at once; this is five times as much
    for number in range(15):
        try:
            client.put_item(**names, Item={"id": {"S": str(number)}, "text": {"S": "x" * 100_000}})
        except dynamodb.exceptions.ProvisionedThroughputExceededException:
            return
    raise Otherwise("1,500 write units were accepted at once where 1 a second is provisioned")


def a_filter_costs_what_it_reads(target: Target) -> None:
    dynamodb, names = target.client("dynamodb"), _table(target, "filters")
    for number in range(10):
        item = {"id": {"S": str(number)}, "state": {"S": "open" if number == 0 else "done"},
                "text": {"S": "x" * 3000}}  # fmt: skip
        dynamodb.put_item(**names, Item=item)
    found = dynamodb.scan(
        **names,
        FilterExpression="#s = :open",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":open": {"S": "open"}},
        ReturnConsumedCapacity="TOTAL",
    )
    units = found.get("ConsumedCapacity", {}).get("CapacityUnits")
    expect((found["Count"], found["ScannedCount"]) == (1, 10), f"it scanned {found}")
    # 10 items of 3 KB, 4 KB a unit, half of it for an eventually consistent read
    expect(units == 4.0, f"it cost {units} read units where AWS takes 4")


def an_index_reads_no_latest_state(target: Target) -> None:
    dynamodb = target.client("dynamodb")
    index = {"IndexName": "by-customer", "Projection": {"ProjectionType": "ALL"},
             "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}]}  # fmt: skip
    names = _table(target, "indexed", attributes=["customer"], GlobalSecondaryIndexes=[index])
    refused(
        dynamodb.query,
        "ValidationException",
        **names,
        IndexName="by-customer",
        KeyConditionExpression="customer = :c",
        ExpressionAttributeValues={":c": {"S": "1"}},
        ConsistentRead=True,
    )


def an_item_has_400_kb(target: Target) -> None:
    names = _table(target, "large")
    item = {"id": {"S": "1"}, "text": {"S": "x" * 410_000}}
    message = refused(target.client("dynamodb").put_item, "ValidationException", **names, Item=item)
    expect("exceeded the maximum allowed size" in message, message)


def a_reserved_word_is_refused(target: Target) -> None:
    names = _table(target, "words")
    refused(
        target.client("dynamodb").update_item,
        "ValidationException",
        **names,
        Key={"id": {"S": "1"}},
        UpdateExpression="SET status = :new",
        ExpressionAttributeValues={":new": {"S": "open"}},
    )


def a_stream_has_both_images(target: Target) -> None:
    dynamodb, streams = target.client("dynamodb"), target.client("dynamodbstreams")
    names = _table(
        target,
        "streamed",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    for total in ("1", "2", "2"):
        dynamodb.put_item(**names, Item={"id": {"S": "1"}, "total": {"N": total}})
    stream = dynamodb.describe_table(**names)["Table"]["LatestStreamArn"]

    def records() -> list[Any]:
        return _records(streams, stream)

    until(lambda: len(records()) >= 2, "the stream has no records")
    kinds = [each["eventName"] for each in records()]
    # the third put changed nothing
    expect(kinds == ["INSERT", "MODIFY"], f"its records are {kinds}")
    images = records()[1]["dynamodb"]
    expect({"OldImage", "NewImage"} <= images.keys(), f"a record has {sorted(images)}")


def _records(streams: Any, stream: str) -> list[Any]:
    found: list[Any] = []
    for shard in streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += streams.get_records(ShardIterator=iterator)["Records"]
    return found


def a_table_takes_time(target: Target) -> None:
    dynamodb, names = target.client("dynamodb"), {"TableName": target.name("slow")}
    made = dynamodb.create_table(
        **names,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableStatus"]
    expect(made == "CREATING", f"a new table is {made} at once")
    try:
        dynamodb.describe_table(**names)
    except ClientError as error:
        raise Otherwise(str(error)) from None


BEHAVIOURS = (
    Behaviour("DynamoDB", "A failed condition shows the item that stands, if asked to",
              a_failed_condition_shows_the_item),
    Behaviour("DynamoDB", "A transaction that is cancelled writes nothing and says why for each "
              "of its parts", a_transaction_gives_its_reasons),
    Behaviour("DynamoDB", "Writes beyond the provisioned capacity are throttled",
              too_much_is_throttled),
    Behaviour("DynamoDB", "A filter doesn't make a read cheaper: what was read is counted",
              a_filter_costs_what_it_reads),
    Behaviour("DynamoDB", "A global secondary index refuses strongly consistent reads",
              an_index_reads_no_latest_state),
    Behaviour("DynamoDB", "An item above 400 KB is refused", an_item_has_400_kb),
    Behaviour("DynamoDB", "A reserved word in an expression is refused",
              a_reserved_word_is_refused),
    Behaviour("DynamoDB", "A stream holds the old and the new image of each change, and nothing of "
              "a write that changes nothing", a_stream_has_both_images),
    Behaviour("DynamoDB", "A new table is not there at once", a_table_takes_time),
)  # fmt: skip
