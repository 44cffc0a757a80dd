"""Functions fed from the streams of tables: positions, order, retries, destinations.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.event_source_kit import READ_SOURCES, Kit, until


@pytest.fixture(scope="module")
def kit(cloud: Any) -> Iterator[Kit]:
    kit = Kit(cloud)
    yield kit
    kit.close()


def received(kit: Kit, queue: str) -> dict[str, Any]:
    """The next message of a queue, parsed."""
    answer = kit.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
    return dict(json.loads(answer["Messages"][0]["Body"]))


def test_a_change_reaches_the_function_as_aws_sends_it(kit: Kit) -> None:
    function = kit.function()
    table, stream = kit.table()
    kit.put(table, "first", total="5")
    name = kit.mapping(function, stream, StartingPosition="TRIM_HORIZON")
    kit.put(table, "first", total="6")
    kit.dynamodb.delete_item(TableName=table, Key={"id": {"S": "first"}})
    until(lambda: len(function.records()) == 3)
    assert [record["eventName"] for record in function.records()] == ["INSERT", "MODIFY", "REMOVE"]
    record = function.records()[1]
    assert record["eventSource"] == "aws:dynamodb"
    assert record["eventSourceARN"] == stream
    assert record["awsRegion"] == "us-east-1"
    assert record["dynamodb"]["Keys"] == {"id": {"S": "first"}}
    assert record["dynamodb"]["OldImage"]["total"] == {"S": "5"}
    assert record["dynamodb"]["NewImage"]["total"] == {"S": "6"}
    assert record["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    until(lambda: kit.get(name)["LastProcessingResult"] == "OK")


def test_from_the_latest_nothing_old_is_read(kit: Kit) -> None:
    function = kit.function()
    table, stream = kit.table()
    kit.put(table, "old")
    kit.mapping(function, stream, StartingPosition="LATEST")
    kit.put(table, "new")
    until(lambda: bool(function.records()))
    assert function.ids() == ["new"]


def test_batches_keep_order_and_size(kit: Kit) -> None:
    function = kit.function()
    table, stream = kit.table()
    names = [f"{i:03d}" for i in range(25)]
    kit.put(table, *names)
    kit.mapping(function, stream, StartingPosition="TRIM_HORIZON", BatchSize=10)
    until(lambda: len(function.records()) == 25)
    assert function.ids() == names
    assert [len(event["Records"]) for event in function.events()] == [10, 10, 5]


def test_filters_choose_among_the_changes(kit: Kit) -> None:
    function = kit.function()
    table, stream = kit.table()
    pattern = json.dumps(
        {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["PLACED"]}}}}
    )
    kit.mapping(
        function,
        stream,
        StartingPosition="TRIM_HORIZON",
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
    )
    kit.put(table, "a", status="DRAFT")
    kit.put(table, "b", status="PLACED")
    kit.put(table, "b", status="PLACED", note="changed")
    kit.put(table, "c", status="PLACED")
    until(lambda: len(function.records()) == 2)
    assert function.ids() == ["b", "c"]


def test_an_expired_item_names_the_service_as_events_do_and_filters_find_it(kit: Kit) -> None:
    function = kit.function()
    table, stream = kit.table()
    service = {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}
    pattern = json.dumps({"userIdentity": service})
    kit.mapping(
        function,
        stream,
        StartingPosition="TRIM_HORIZON",
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
    )
    kit.dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    kit.put(table, "deleted by a caller")
    kit.dynamodb.delete_item(TableName=table, Key={"id": {"S": "deleted by a caller"}})
    item = {"id": {"S": "expired"}, "expires": {"N": str(int(time.time()) - 60)}}
    kit.dynamodb.put_item(TableName=table, Item=item)
    until(lambda: bool(function.records()))
    assert function.ids() == ["expired"]
    (record,) = function.records()
    assert record["eventName"] == "REMOVE"
    assert record["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], int)
    # the streams API keeps the names of its model
    streams = kit.cloud.client("dynamodbstreams")
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    last = streams.get_records(ShardIterator=iterator)["Records"][-1]
    assert last["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def test_a_batch_that_fails_blocks_its_shard_until_it_is_given_up(kit: Kit) -> None:
    function, lost = kit.function(), kit.queue()
    table, stream = kit.table()
    kit.put(table, "bad")
    kit.mapping(
        function,
        stream,
        StartingPosition="TRIM_HORIZON",
        BatchSize=1,
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": kit.arn(lost)}},
    )
    kit.put(table, "good")
    until(lambda: "good" in function.ids())
    assert function.ids() == ["bad", "bad", "bad", "good"]
    told = received(kit, lost)
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["requestContext"]["approximateInvokeCount"] == 3
    assert told["requestContext"]["functionArn"].endswith(function.name)
    assert told["responseContext"] == {
        "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled",
    }  # fmt: skip
    number = function.records()[0]["dynamodb"]["SequenceNumber"]
    info = told["DDBStreamBatchInfo"]
    assert info["startSequenceNumber"] == info["endSequenceNumber"] == number
    assert info["batchSize"] == 1
    assert info["streamArn"] == stream
    assert told["version"] == "1.0"


def test_lost_records_are_reported_to_a_topic(kit: Kit) -> None:
    sns = kit.cloud.client("sns")
    function, heard = kit.function(), kit.queue()
    topic = sns.create_topic(Name=f"lost-{function.name}")["TopicArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                 "Action": "sqs:SendMessage", "Resource": kit.arn(heard)}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    kit.sqs.set_queue_attributes(QueueUrl=heard, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=kit.arn(heard),
                  Attributes={"RawMessageDelivery": "true"})  # fmt: skip
    table, stream = kit.table()
    kit.mapping(
        function,
        stream,
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": topic}},
    )
    kit.put(table, "bad")
    assert received(kit, heard)["requestContext"]["approximateInvokeCount"] == 1


def test_bisecting_isolates_the_record_that_fails(kit: Kit) -> None:
    function, lost = kit.function(), kit.queue()
    table, stream = kit.table()
    kit.put(table, "a", "b", "bad", "c")
    kit.mapping(
        function,
        stream,
        StartingPosition="TRIM_HORIZON",
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": kit.arn(lost)}},
    )
    until(lambda: function.ids()[-1:] == ["c"] and len(function.events()[-1]["Records"]) == 1)
    assert [len(event["Records"]) for event in function.events()] == [4, 2, 2, 1, 1]
    assert received(kit, lost)["DDBStreamBatchInfo"]["batchSize"] == 1


def test_a_partial_answer_sets_the_checkpoint(kit: Kit) -> None:
    function = kit.function(PARTIAL="1")
    table, stream = kit.table()
    kit.put(table, "a", "b", "bad", "c")
    kit.mapping(
        function,
        stream,
        StartingPosition="TRIM_HORIZON",
        FunctionResponseTypes=["ReportBatchItemFailures"],
        MaximumRetryAttempts=1,
    )
    kit.put(table, "after")
    until(lambda: "after" in function.ids())
    ids = function.ids()
    assert ids.count("a") == ids.count("b") == 1
    assert ids.count("bad") == 2


def test_lanes_keep_the_order_of_each_item(kit: Kit) -> None:
    function = kit.function()
    table, stream = kit.table()
    for turn in range(5):
        kit.put(table, *(f"k{i}" for i in range(6)), turn=str(turn))
    kit.mapping(
        function, stream, StartingPosition="TRIM_HORIZON", ParallelizationFactor=4, BatchSize=2
    )
    until(lambda: len(function.records()) == 30)
    for i in range(6):
        turns = [
            record["dynamodb"]["NewImage"]["turn"]["S"]
            for record in function.records()
            if record["dynamodb"]["Keys"]["id"]["S"] == f"k{i}"
        ]
        assert turns == ["0", "1", "2", "3", "4"]


def test_a_mapping_that_was_disabled_misses_nothing(kit: Kit) -> None:
    function = kit.function()
    table, stream = kit.table()
    name = kit.mapping(function, stream, StartingPosition="LATEST")
    kit.put(table, "before")
    until(lambda: function.ids() == ["before"])
    kit.lambda_.update_event_source_mapping(UUID=name, Enabled=False)
    kit.settled(name)
    kit.put(table, "meanwhile")
    time.sleep(0.2)
    assert function.ids() == ["before"]
    kit.lambda_.update_event_source_mapping(UUID=name, Enabled=True)
    until(lambda: function.ids() == ["before", "meanwhile"])


def test_a_throttled_batch_costs_no_retry(kit: Kit) -> None:
    function = kit.function()
    table, stream = kit.table()
    kit.lambda_.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    kit.mapping(function, stream, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0)
    kit.put(table, "patient")
    time.sleep(0.3)
    assert not function.events()
    kit.lambda_.delete_function_concurrency(FunctionName=function.name)
    until(lambda: function.ids() == ["patient"])


def test_without_permission_the_stream_waits(kit: Kit) -> None:
    role = kit.role(*READ_SOURCES)
    function = kit.function(role=role)
    table, stream = kit.table()
    name = kit.mapping(function, stream, StartingPosition="TRIM_HORIZON")
    kit.forbid(role)
    kit.put(table, "probe")
    until(lambda: kit.get(name)["LastProcessingResult"].startswith("PROBLEM"))
    before = len(function.events())
    kit.put(table, "kept")
    time.sleep(0.3)
    assert len(function.events()) == before
    kit.allow(role, *READ_SOURCES)
    until(lambda: "kept" in function.ids())


def test_a_table_that_is_deleted_harms_nothing(kit: Kit) -> None:
    function = kit.function()
    table, stream = kit.table()
    name = kit.mapping(function, stream, StartingPosition="TRIM_HORIZON")
    kit.put(table, "one")
    until(lambda: function.ids() == ["one"])
    kit.dynamodb.delete_table(TableName=table)
    time.sleep(0.3)
    assert kit.get(name)["State"] == "Enabled"
    kit.lambda_.delete_event_source_mapping(UUID=name)
