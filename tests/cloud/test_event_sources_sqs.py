"""Functions fed from queues: batches, failures, filters, order, concurrency.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.bystander import bystander
from tests.cloud.event_source_kit import READ_SOURCES, Kit, until


@pytest.fixture(scope="module")
def kit(cloud: Any) -> Iterator[Kit]:
    kit = Kit(cloud)
    yield kit
    kit.close()


def test_a_message_reaches_the_function_as_aws_sends_it_and_is_deleted(kit: Kit) -> None:
    function, queue = kit.function(), kit.queue()
    kit.mapping(function, kit.arn(queue))
    kit.send(
        queue,
        "hello",
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "order"},
            "raw": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
            "count": {"DataType": "Number", "StringValue": "3"},
        },
    )
    until(lambda: kit.left(queue) == 0 and bool(function.records()))
    (record,) = function.records()
    assert set(record) == {
        "messageId", "receiptHandle", "body", "attributes", "messageAttributes",
        "md5OfMessageAttributes", "md5OfBody", "eventSource", "eventSourceARN", "awsRegion",
    }  # fmt: skip
    assert record["body"] == "hello"
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == kit.arn(queue)
    assert record["awsRegion"] == "us-east-1"
    assert set(record["attributes"]) == {
        "ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp",
    }  # fmt: skip
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    empty: dict[str, list[str]] = {"stringListValues": [], "binaryListValues": []}
    assert record["messageAttributes"] == {
        "kind": {"stringValue": "order", **empty, "dataType": "String"},
        "raw": {"binaryValue": "AAE=", **empty, "dataType": "Binary"},
        "count": {"stringValue": "3", **empty, "dataType": "Number"},
    }


def test_batches_hold_no_more_than_the_batch_size(kit: Kit) -> None:
    function, queue = kit.function(), kit.queue()
    kit.send(queue, *(str(i) for i in range(12)))
    kit.mapping(function, kit.arn(queue), BatchSize=4)
    until(lambda: kit.left(queue) == 0)
    assert sorted(function.bodies(), key=int) == [str(i) for i in range(12)]
    assert max(len(event["Records"]) for event in function.events()) == 4


def test_a_window_gathers_a_batch_beyond_10(kit: Kit) -> None:
    function, queue = kit.function(), kit.queue()
    kit.mapping(function, kit.arn(queue), BatchSize=30, MaximumBatchingWindowInSeconds=20)
    kit.send(queue, *(str(i) for i in range(30)))
    until(lambda: len(function.records()) == 30)
    assert len(function.events()) <= 2


def test_a_batch_that_fails_comes_back_and_ends_among_the_dead_letters(kit: Kit) -> None:
    dead = kit.queue()
    redrive = json.dumps({"deadLetterTargetArn": kit.arn(dead), "maxReceiveCount": 2})
    queue = kit.queue(VisibilityTimeout=10, RedrivePolicy=redrive)
    function = kit.function()
    kit.mapping(function, kit.arn(queue))
    kit.send(queue, "bad")
    until(lambda: kit.left(dead) == 1)
    assert kit.left(queue) == 0
    counts = [record["attributes"]["ApproximateReceiveCount"] for record in function.records()]
    assert counts == ["1", "2"]


def test_filters_over_long_messages_keep_nobody_waiting(kit: Kit, cloud: Any) -> None:
    function, queue = kit.function(), kit.queue()
    asked = [{"numeric": [">", n, "<", n + 1]} for n in range(90)] + ["last"]
    pattern = json.dumps({"body": {"a": asked}}, separators=(",", ":"))
    kit.mapping(function, kit.arn(queue), FilterCriteria={"Filters": [{"Pattern": pattern}]})
    values = [-n for n in range(20_000)]
    with bystander(cloud):
        kit.send(queue, json.dumps({"a": values}), json.dumps({"a": [*values[:5], "last"]}))
        kit.send(queue, json.dumps({"a": [*values, "last"]}))
        until(lambda: kit.left(queue) == 0, 60)
    assert sorted(len(json.loads(body)["a"]) for body in function.bodies()) == [6, 20_001]


def test_only_what_a_partial_answer_names_comes_back(kit: Kit) -> None:
    # six seconds here: also on a busy machine a batch is done within them
    queue = kit.queue(VisibilityTimeout=60)
    function = kit.function(PARTIAL="1")
    kit.send(queue, "one", "bad", "two")
    kit.mapping(function, kit.arn(queue), FunctionResponseTypes=["ReportBatchItemFailures"])
    until(lambda: function.bodies().count("bad") >= 2, 40)
    assert function.bodies().count("one") == 1
    assert function.bodies().count("two") == 1


def test_messages_that_no_filter_wants_are_deleted(kit: Kit) -> None:
    function, queue = kit.function(), kit.queue()
    pattern = json.dumps({"body": {"total": [{"numeric": [">", 100]}]}})
    name = kit.mapping(function, kit.arn(queue), FilterCriteria={"Filters": [{"Pattern": pattern}]})
    kit.send(queue, '{"total": 5}', '{"total": 500}', "no json")
    until(lambda: kit.left(queue) == 0)
    assert function.bodies() == ['{"total": 500}']
    kit.lambda_.update_event_source_mapping(UUID=name, FilterCriteria={})
    kit.settled(name)
    kit.send(queue, '{"total": 6}')
    until(lambda: '{"total": 6}' in function.bodies())


def test_a_fifo_queue_keeps_the_order_of_each_group(kit: Kit) -> None:
    queue = kit.queue(FifoQueue="true", ContentBasedDeduplication="true")
    function = kit.function()
    for number in range(8):
        for group in "ab":
            kit.send(queue, f"{group}{number}", MessageGroupId=group)
    kit.mapping(function, kit.arn(queue), BatchSize=3)
    until(lambda: kit.left(queue) == 0)
    for group in "ab":
        bodies = [body for body in function.bodies() if body.startswith(group)]
        assert bodies == [f"{group}{number}" for number in range(8)]
    attributes = function.records()[0]["attributes"]
    assert {"MessageGroupId", "MessageDeduplicationId", "SequenceNumber"} <= set(attributes)


def test_a_message_that_fails_holds_up_its_group_and_no_other(kit: Kit) -> None:
    queue = kit.queue(FifoQueue="true", ContentBasedDeduplication="true", VisibilityTimeout=20)
    function = kit.function()
    kit.mapping(function, kit.arn(queue), BatchSize=1)
    kit.send(queue, "bad", "later", MessageGroupId="a")
    kit.send(queue, "other", MessageGroupId="b")
    until(lambda: "other" in function.bodies() and function.bodies().count("bad") >= 2)
    assert "later" not in function.bodies()


def test_no_more_batches_at_once_than_the_maximum_concurrency(kit: Kit) -> None:
    queue = kit.queue()
    function = kit.function(SLEEP="0.4")
    kit.send(queue, *(str(i) for i in range(8)))
    kit.mapping(function, kit.arn(queue), BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    until(lambda: len(function.events()) == 8)
    starts = sorted(event["at"] for event in function.events())
    together = max(sum(start <= other < start + 0.39 for other in starts) for start in starts)
    assert together <= 2


def test_several_batches_are_worked_on_at_once_when_they_take_long(kit: Kit) -> None:
    queue = kit.queue(VisibilityTimeout=600)
    function = kit.function(SLEEP="6")
    kit.send(queue, *(str(i) for i in range(5)))
    kit.mapping(function, kit.arn(queue), BatchSize=1)
    until(lambda: len(function.events()) >= 2)
    starts = sorted(event["at"] for event in function.events())
    assert starts[1] - starts[0] < 6


def test_a_throttled_function_gets_its_messages_when_there_is_room(kit: Kit) -> None:
    queue = kit.queue(VisibilityTimeout=40)
    function = kit.function()
    kit.lambda_.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    kit.mapping(function, kit.arn(queue))
    kit.send(queue, "patient")
    until(lambda: kit.left(queue) == 1)
    time.sleep(0.3)
    assert not function.events()
    kit.lambda_.delete_function_concurrency(FunctionName=function.name)
    until(lambda: function.bodies() == ["patient"], 40)
    until(lambda: kit.left(queue) == 0)


def test_a_disabled_mapping_leaves_the_queue_alone(kit: Kit) -> None:
    function, queue = kit.function(), kit.queue()
    name = kit.mapping(function, kit.arn(queue))
    kit.lambda_.update_event_source_mapping(UUID=name, Enabled=False)
    kit.settled(name)
    kit.send(queue, "waits")
    time.sleep(0.3)
    assert kit.attributes(queue)["ApproximateNumberOfMessages"] == "1"
    kit.lambda_.update_event_source_mapping(UUID=name, Enabled=True)
    until(lambda: function.bodies() == ["waits"])


def test_the_batch_under_way_is_finished_when_the_mapping_is_deleted(kit: Kit) -> None:
    queue = kit.queue()
    function = kit.function(SLEEP="0.5")
    name = kit.mapping(function, kit.arn(queue))
    kit.send(queue, "last")
    until(lambda: bool(function.events()))
    kit.lambda_.delete_event_source_mapping(UUID=name)
    until(lambda: kit.left(queue) == 0)
    assert function.bodies() == ["last"]


def test_a_role_that_loses_its_permission_stops_the_polling(kit: Kit) -> None:
    role = kit.role(*READ_SOURCES)
    function, queue = kit.function(role=role), kit.queue()
    name = kit.mapping(function, kit.arn(queue))
    kit.forbid(role)
    until(lambda: kit.get(name).get("LastProcessingResult", "").startswith("PROBLEM"))
    kit.send(queue, "kept")
    time.sleep(0.3)
    assert not function.events()
    assert kit.left(queue) == 1
    kit.allow(role, *READ_SOURCES)
    until(lambda: function.bodies() == ["kept"])


def test_a_queue_or_function_that_is_deleted_harms_nothing(kit: Kit) -> None:
    function, queue = kit.function(), kit.queue()
    name = kit.mapping(function, kit.arn(queue))
    kit.sqs.delete_queue(QueueUrl=queue)
    until(lambda: "PROBLEM" in kit.get(name).get("LastProcessingResult", ""))
    other, second = kit.function(), kit.queue()
    orphan = kit.mapping(other, kit.arn(second))
    kit.lambda_.delete_function(FunctionName=other.name)
    until(lambda: "PROBLEM" in kit.get(orphan).get("LastProcessingResult", ""))
    kit.send(second, "kept")
    time.sleep(0.2)
    assert kit.left(second) == 1
    assert kit.cloud.page("health")["status"] == "ok"


def test_the_function_and_its_alias_are_what_the_mapping_names(kit: Kit) -> None:
    function, queue = kit.function(), kit.queue()
    version = kit.lambda_.publish_version(FunctionName=function.name)["Version"]
    kit.lambda_.create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)
    kit.mapping(f"{function.name}:live", kit.arn(queue))
    kit.send(queue, "to the alias")
    until(lambda: function.bodies() == ["to the alias"])
