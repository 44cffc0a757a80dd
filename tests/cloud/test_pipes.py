"""EventBridge Pipes: sources, filters, enrichment, templates, targets.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.events_kit import ACCOUNT, name_of
from tests.cloud.notes import NOTE
from tests.cloud.pipes_kit import NOTING, PipeKit


@pytest.fixture
def kit(cloud: Any) -> Iterator[PipeKit]:
    made = PipeKit(cloud)
    yield made
    made.close()


# --- sources and targets ----------------------------------------------------------------------


def test_from_a_stream_to_a_topic(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html"""
    table, stream = kit.table()
    url = kit.open_queue("sns.amazonaws.com")
    topic = kit.sns.create_topic(Name=name_of("topic"))["TopicArn"]
    kit.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=kit.arn(url),
        Attributes={"RawMessageDelivery": "true"},
    )  # fmt: skip
    kit.running(
        kit.pipe(
            stream,
            topic,
            patterns=[{"eventName": ["INSERT"]}],
            TargetParameters={
                "InputTemplate": '{"order": <$.dynamodb.NewImage.id.S>, '
                '"via": "<aws.pipes.pipe-name>"}'
            },
        )
    )
    for name in ("A-1", "A-2"):
        kit.dynamodb.put_item(TableName=table, Item={"id": {"S": name}})
    kit.dynamodb.delete_item(TableName=table, Key={"id": {"S": "A-1"}})
    assert sorted(each["order"] for each in kit.bodies(url, 2)) == ["A-1", "A-2"]


def test_a_stream_record_reaches_a_queue_as_it_is(kit: PipeKit) -> None:
    table, stream = kit.table()
    url = kit.queue()
    kit.running(kit.pipe(stream, kit.arn(url)))
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "A-1"}, "total": {"N": "5"}})
    [record] = kit.bodies(url)
    assert record["eventSource"] == "aws:dynamodb"
    assert record["eventSourceARN"] == stream
    assert record["dynamodb"]["NewImage"] == {"id": {"S": "A-1"}, "total": {"N": "5"}}


def test_the_order_of_a_stream_is_kept_in_a_fifo_queue(kit: PipeKit) -> None:
    table, stream = kit.table()
    url = kit.queue(FifoQueue="true", ContentBasedDeduplication="true")
    target = {
        "SqsQueueParameters": {"MessageGroupId": "$.dynamodb.Keys.id.S"},
        "InputTemplate": "<$.dynamodb.NewImage.step.N>",
    }
    kit.running(kit.pipe(stream, kit.arn(url), TargetParameters=target))
    for step in range(5):
        kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "A-1"}, "step": {"N": str(step)}})
    messages = kit.messages(url, 5)
    assert [each["Body"] for each in messages] == [f'"{step}"' for step in range(5)]
    assert {each["Attributes"]["MessageGroupId"] for each in messages} == {"A-1"}


def test_from_a_queue_to_a_bus(kit: PipeKit) -> None:
    source, bus, url = kit.queue(), kit.bus(), kit.open_queue()
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url)}, bus=bus)
    kit.running(
        kit.pipe(
            kit.arn(source),
            f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{bus}",
            TargetParameters={
                "InputTemplate": '{"id": <$.body.id>}',
                "EventBridgeEventBusParameters": {"Source": "shop", "DetailType": "$.body.type"},
            },
        )
    )
    kit.send(source, json.dumps({"id": 7, "type": "New"}))
    [event] = kit.bodies(url)
    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "New", {"id": 7})
    assert kit.eventually(lambda: kit.left(source) == 0)


def test_from_a_queue_to_a_function_in_batches(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html"""
    source, function = kit.queue(), kit.function(NOTING)
    kit.running(
        kit.pipe(
            kit.arn(source),
            kit.function_arn(function.name),
            queue={"BatchSize": 3, "MaximumBatchingWindowInSeconds": 20},
        )
    )
    kit.send(source, "one", "two", "three")
    [noted] = kit.eventually(function.events)
    assert sorted(each["body"] for each in noted["events"]) == ["one", "three", "two"]
    assert noted["events"][0]["eventSource"] == "aws:sqs"
    assert noted["events"][0]["eventSourceARN"] == kit.arn(source)
    assert kit.eventually(lambda: kit.left(source) == 0)


# --- filter, enrichment, template -------------------------------------------------------------


def test_what_the_filter_does_not_want_leaves_the_queue(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html"""
    source, url = kit.queue(), kit.queue()
    patterns = [{"body": {"total": [{"numeric": [">", 10]}]}}, {"body": {"vip": [True]}}]
    target = {"InputTemplate": "<$.body.id>"}
    kit.running(kit.pipe(kit.arn(source), kit.arn(url), patterns=patterns, TargetParameters=target))
    for body in ({"id": 1, "total": 20}, {"id": 2, "total": 5}, {"id": 3, "total": 1, "vip": True}):
        kit.send(source, json.dumps(body))
    kit.send(source, "no JSON")
    assert sorted(kit.bodies(url, 2)) == [1, 3]
    assert kit.eventually(lambda: kit.left(source) == 0)


ENRICHING = (
    NOTE
    + """
def handler(events, context):
    note({"events": events})
    return [{"id": each["id"], "price": 2 * each["id"]} for each in events if each["id"] > 1]
"""
)


def test_a_function_enriches(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html"""
    source, url, function = kit.queue(), kit.queue(), kit.function(ENRICHING)
    kit.running(
        kit.pipe(
            kit.arn(source),
            kit.arn(url),
            Enrichment=kit.function_arn(function.name),
            EnrichmentParameters={"InputTemplate": '{"id": <$.body.id>}'},
            TargetParameters={"InputTemplate": '"<$.id> costs <$.price>"'},
        )
    )
    for number in (1, 2, 3):
        kit.send(source, json.dumps({"id": number}))
    assert sorted(kit.bodies(url, 2)) == ["2 costs 4", "3 costs 6"]
    seen = [event for noted in function.events() for event in noted["events"]]
    assert sorted(each["id"] for each in seen) == [1, 2, 3]
    assert kit.eventually(lambda: kit.left(source) == 0)


def test_reserved_variables(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html"""
    source, url = kit.queue(), kit.queue()
    names = ("pipe-arn", "pipe-name", "source-arn", "target-arn", "event.ingestion-time", "event",
             "event.json")  # fmt: skip
    template = "{" + ", ".join(f'"{name}": <aws.pipes.{name}>' for name in names) + "}"
    name = kit.running(
        kit.pipe(kit.arn(source), kit.arn(url), TargetParameters={"InputTemplate": template})
    )
    kit.send(source, '{"id": 1}')
    [found] = kit.bodies(url)
    assert found["pipe-name"] == name
    assert found["pipe-arn"] == f"arn:aws:pipes:us-east-1:{ACCOUNT}:pipe/{name}"
    assert (found["source-arn"], found["target-arn"]) == (kit.arn(source), kit.arn(url))
    assert found["event"]["body"] == '{"id": 1}'
    assert found["event.json"]["body"] == {"id": 1}
