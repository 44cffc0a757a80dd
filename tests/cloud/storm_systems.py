"""Systems with one mistake each, made from those that stand at the end of a chapter."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders import architecture
from orderlab.orders.parts.messaging import queue_url
from orderlab.orders.parts.names import queue_arn, table_arn, topic_arn
from orderlab.orders.parts.roles import allow

# --- handlers -------------------------------------------------------------------------------

WITHOUT_CONDITION = """
import json, os
import boto3

dynamodb = boto3.client("dynamodb")

def handler(event, context):
    for record in event["Records"]:
        order_id = json.loads(record["body"])["order_id"]
        dynamodb.update_item(
            TableName=os.environ["TABLE"],
            Key={"order_id": {"S": order_id}},
            UpdateExpression="ADD applied :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
"""

FAILS_ON_COUPONS = """
import json, os
import boto3

dynamodb = boto3.client("dynamodb")

def handler(event, context):
    failed = []
    for record in event["Records"]:
        told = json.loads(record["body"])
        if told["order"]["coupon_cents"]:
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        dynamodb.update_item(
            TableName=os.environ["TABLE"], Key={"order_id": {"S": told["order_id"]}}
        )
    return {"batchItemFailures": failed}
"""

_PUBLISH = """
import json, os
from orderlib import aws, events, orders, storage

sns = aws.client("sns")
dynamodb = aws.client("dynamodb")

def publish(order):
    event = events.order_event(events.ORDER_PLACED, order["order_id"], order)
    event["accepted_ms"] = storage.now_ms()
    sns.publish(TopicArn=os.environ["TOPIC_ARN"], Message=json.dumps(event),
                MessageAttributes=events.attributes(event))
"""

PUBLISHES_BEFORE_IT_STORES = (
    _PUBLISH
    + """
def handler(event, context):
    order = orders.parse(event["body"])
    publish(order)
    storage.store_once(dynamodb, os.environ["ORDERS_TABLE"], order, storage.now_ms())
    return {"statusCode": 201, "body": "{}"}
"""
)

PROCESSES_BUT_PUBLISHES_FIRST = (
    _PUBLISH
    + """
from orderlib import batches

def handler(event, context):
    return batches.each_message(event, store)

def store(record):
    order = orders.parse(record["body"])
    publish(order)
    storage.store_once(dynamodb, os.environ["ORDERS_TABLE"], order, storage.now_ms())
"""
)

_ANSWERS = """
import os, threading
from orderlib import aws, orders, storage

dynamodb = aws.client("dynamodb")
waiting = []

def store(order):
    storage.store_once(dynamodb, os.environ["ORDERS_TABLE"], order, storage.now_ms())
"""

ANSWERS_WHATEVER_HAPPENED = (
    _ANSWERS
    + """
def handler(event, context):
    try:
        store(orders.parse(event["body"]))
    except Exception as error:
        print("not stored", error)
    return {"statusCode": 202, "body": "{}"}
"""
)

STORES_IN_A_THREAD = (
    _ANSWERS
    + """
def handler(event, context):
    threading.Thread(target=store, args=(orders.parse(event["body"]),)).start()
    return {"statusCode": 202, "body": "{}"}
"""
)

STORES_WITH_THE_NEXT = (
    _ANSWERS
    + """
def handler(event, context):
    while waiting:
        store(waiting.pop())
    waiting.append(orders.parse(event["body"]))
    return {"statusCode": 202, "body": "{}"}
"""
)


def deploy(target: Target, function: str, code: str) -> None:
    """Replace a function's code; its layer, role and variables stay."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{function.replace('-', '_')}.py", code)
    client = target.client("lambda")
    name = target.name(function)
    client.update_function_code(FunctionName=name, ZipFile=packed.getvalue())
    client.get_waiter("function_updated_v2").wait(FunctionName=name)


# --- mistakes -------------------------------------------------------------------------------


def let_publish(target: Target, function: str, code: str) -> None:
    """Let a function publish by itself, and end the way through the stream."""
    client = target.client("lambda")
    publisher = target.name("publish-order-events")
    for mapping in client.list_event_source_mappings(FunctionName=publisher)["EventSourceMappings"]:
        client.delete_event_source_mapping(UUID=mapping["UUID"])
    statements = [
        allow("sns:Publish", topic_arn(target, architecture.TOPIC)),
        allow("dynamodb:PutItem", table_arn(target, architecture.ORDERS)),
        allow(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            queue_arn(target, architecture.INBOX),
        ),
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    target.client("iam").put_role_policy(
        RoleName=target.name(f"{function}-role"), PolicyName="tells", PolicyDocument=document
    )
    name = target.name(function)
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    variables["TOPIC_ARN"] = topic_arn(target, architecture.TOPIC)
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    client.get_waiter("function_updated_v2").wait(FunctionName=name)
    deploy(target, function, code)


def set_queue(target: Target, queue: str, **attributes: Any) -> None:
    target.client("sqs").set_queue_attributes(
        QueueUrl=queue_url(target, queue), Attributes=attributes
    )


def few_tries(target: Target, queue: str, tries: int) -> None:
    """Let the queue give a message up after so many deliveries."""
    dead = queue_arn(target, f"{queue}-dlq")
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": tries})
    set_queue(target, queue, RedrivePolicy=policy)


def filter_out(target: Target, queue: str, policy: dict[str, Any]) -> None:
    sns = target.client("sns")
    pages = sns.list_subscriptions_by_topic(TopicArn=topic_arn(target, architecture.TOPIC))
    [arn] = [
        each["SubscriptionArn"]
        for each in pages["Subscriptions"]
        if each["Endpoint"] == queue_arn(target, queue)
    ]
    sns.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=json.dumps(policy)
    )
