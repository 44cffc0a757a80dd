"""The chapters' tables on dynalite and their queues on fauxqs: what the builders send is taken."""

from __future__ import annotations

import json

import pytest

from benchmarks.endpoints import node_servers
from benchmarks.endpoints.servers import SERVERS
from orderlab.orders.architecture import INBOX, ORDERS, SERVICES, TOPIC, UNPUBLISHED
from orderlab.orders.parts import messaging, tables


def _skip_without(name: str) -> None:
    if not node_servers.here(name):
        pytest.skip(f"{name} is not installed; python -m benchmarks.endpoints.node_servers does it")


def test_the_tables_of_the_chapters_stand_on_dynalite() -> None:
    _skip_without("dynalite")
    with SERVERS["dynalite"].running() as endpoint:
        target = SERVERS["dynalite"].target(endpoint)
        for _ in range(2):  # a second time finds them
            tables.ensure_table(target, ORDERS, tables.orders_table(), stream=False)
            for name in SERVICES:
                tables.ensure_table(target, name, tables.service_table(), stream=False)
        dynamodb = target.client("dynamodb")
        made = dynamodb.list_tables()["TableNames"]
        assert made == sorted(target.name(each) for each in (ORDERS, *SERVICES))
        order = {"order_id": {"S": "o-1"}, "customer_id": {"S": "c-1"}, "placed_at": {"S": "2026"}}
        dynamodb.put_item(TableName=target.name(ORDERS), Item=order)
        found = dynamodb.query(
            TableName=target.name(ORDERS),
            IndexName=tables.CUSTOMER_INDEX,
            KeyConditionExpression="customer_id = :c",
            ExpressionAttributeValues={":c": {"S": "c-1"}},
        )["Items"]
        assert [each["order_id"]["S"] for each in found] == ["o-1"]
        for name in (ORDERS, *SERVICES):
            tables.remove_table(target, name)
        dynamodb.get_waiter("table_not_exists").wait(
            TableName=target.name(ORDERS), WaiterConfig={"Delay": 1}
        )


def test_the_queues_and_the_topic_of_the_chapters_stand_on_fauxqs() -> None:
    _skip_without("fauxqs")
    with SERVERS["fauxqs"].running() as endpoint:
        target = SERVERS["fauxqs"].target(endpoint)
        messaging.ensure_topic(target, TOPIC)
        messaging.ensure_plain_queue(target, UNPUBLISHED)
        for name in (*SERVICES, INBOX):
            messaging.ensure_queue(target, name, visibility_timeout=60)
        for name in SERVICES:
            messaging.ensure_subscription(target, TOPIC, name, ["OrderPlaced"])
        sns, sqs = target.client("sns"), target.client("sqs")
        [topic] = [each["TopicArn"] for each in sns.list_topics()["Topics"]]
        for kind in ("OrderPlaced", "OrderCancelled"):
            attributes = {"event_type": {"DataType": "String", "StringValue": kind}}
            sns.publish(TopicArn=topic, Message=json.dumps(kind), MessageAttributes=attributes)
        for name in SERVICES:
            url = messaging.queue_url(target, name)
            [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
            assert json.loads(message["Body"]) == "OrderPlaced"
        messaging.remove_topic(target, TOPIC)
        for name in (*SERVICES, INBOX, UNPUBLISHED):
            messaging.remove_queue(target, name)
        assert not sqs.list_queues().get("QueueUrls")
