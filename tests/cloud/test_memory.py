"""What the cloud's memory is taken by, and that it says so."""

from __future__ import annotations

import time
from typing import Any

from tests.cloud.bystander import bystander

PARTS = {"flight recorder", "logs", "metrics", "tables", "streams", "queues", "apis"}


def parts(cloud: Any) -> dict[str, int]:
    page = cloud.page("memory")
    assert page["resident"] > 10_000_000
    return {name: part["bytes"] for name, part in page["parts"].items()}


def grown(cloud: Any, before: dict[str, int]) -> dict[str, int]:
    """The parts that hold over 100 KB more than before."""
    return {name: size for name, size in parts(cloud).items() if size - before[name] > 100_000}


def test_each_part_tells_what_it_holds(own_cloud: Any) -> None:
    with own_cloud() as cloud, bystander(cloud):
        before = parts(cloud)
        assert set(before) >= PARTS
        sqs = cloud.client("sqs")
        url = sqs.create_queue(QueueName="memory")["QueueUrl"]
        for _ in range(3):
            sqs.send_message(QueueUrl=url, MessageBody="x" * 200_000)
        assert set(grown(cloud, before)) == {"queues"}
        sqs.purge_queue(QueueUrl=url)
        before = parts(cloud)
        logs = cloud.client("logs")
        logs.create_log_group(logGroupName="memory")
        logs.create_log_stream(logGroupName="memory", logStreamName="s")
        event = {"timestamp": int(time.time() * 1000), "message": "y" * 900_000}
        logs.put_log_events(logGroupName="memory", logStreamName="s", logEvents=[event])
        assert set(grown(cloud, before)) == {"logs"}
        logs.delete_log_group(logGroupName="memory")
        assert grown(cloud, before) == {}


def test_a_table_and_its_stream_are_told_apart(own_cloud: Any) -> None:
    with own_cloud() as cloud:
        tables = cloud.client("dynamodb")
        tables.create_table(
            TableName="memory",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        before = parts(cloud)
        for i in range(3):
            item = {"k": {"S": str(i)}, "v": {"S": "x" * 200_000}}
            tables.put_item(TableName="memory", Item=item)
        assert set(grown(cloud, before)) == {"tables"}
        # the item is gone from the table, its image is still in the stream
        for i in range(3):
            tables.delete_item(TableName="memory", Key={"k": {"S": str(i)}})
        assert set(grown(cloud, before)) == {"streams"}
