"""A small order system: queue -> function -> table -> stream -> function -> ledger.

Both functions are written as they must be for at-least-once delivery: what is done twice has the
effect of being done once.
"""

from __future__ import annotations

import json
import socket
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.cloud.event_source_kit import READ_SOURCES, Function, Kit, until
from tests.cloud.notes import NOTE

PROCESS = (
    NOTE
    + """
import time
import boto3
from botocore.exceptions import ClientError

dynamodb = boto3.client("dynamodb")

def handler(event, context):
    note(event)
    if "slow" in json.dumps(event):
        time.sleep(0.8)
    failed = []
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
            dynamodb.put_item(TableName=os.environ["ORDERS"],
                Item={"id": {"S": order["orderId"]}},
                ConditionExpression="attribute_not_exists(id)")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                failed.append({"itemIdentifier": record["messageId"]})
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
)

# The mark of an order and the sum change together or not at all.
APPLY = (
    NOTE
    + """
import boto3
from botocore.exceptions import ClientError

dynamodb = boto3.client("dynamodb")

def handler(event, context):
    note(event)
    table = os.environ["LEDGER"]
    for record in event["Records"]:
        name = record["dynamodb"]["Keys"]["id"]["S"]
        try:
            dynamodb.transact_write_items(TransactItems=[
                {"Put": {"TableName": table, "Item": {"id": {"S": name}},
                         "ConditionExpression": "attribute_not_exists(id)"}},
                {"Update": {"TableName": table, "Key": {"id": {"S": "#sum"}},
                            "UpdateExpression": "ADD applied :one",
                            "ExpressionAttributeValues": {":one": {"N": "1"}}}},
            ])
        except ClientError as error:
            reasons = [r.get("Code") for r in error.response.get("CancellationReasons", [])]
            if "ConditionalCheckFailed" not in reasons:
                raise
"""
)


class Pipeline:
    """The system, the ways to put orders into it, and what became of them."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.dead = kit.queue()
        redrive = json.dumps({"deadLetterTargetArn": kit.arn(self.dead), "maxReceiveCount": 3})
        self.inbox = kit.queue(VisibilityTimeout=10, RedrivePolicy=redrive)
        self.orders, stream = kit.table()
        self.ledger, _ = kit.table()
        role = kit.role(*READ_SOURCES, "dynamodb:*")
        self.process = kit.function(PROCESS, role=role, ORDERS=self.orders)
        self.apply = kit.function(APPLY, role=role, LEDGER=self.ledger)
        self.from_queue = kit.mapping(
            self.process, kit.arn(self.inbox), FunctionResponseTypes=["ReportBatchItemFailures"]
        )
        self.from_stream = kit.mapping(self.apply, stream, StartingPosition="TRIM_HORIZON")

    # --- orders -----------------------------------------------------------------------------

    def place(self, *names: str) -> None:
        for name in names:
            self.kit.send(self.inbox, order(name))

    def place_and_crash(self, name: str) -> None:
        """Send an order and be gone before the answer comes, as a client does that crashes."""
        endpoint = self.kit.cloud.endpoint
        request = AWSRequest(
            "POST",
            endpoint,
            data=json.dumps({"QueueUrl": self.inbox, "MessageBody": order(name)}),
            headers={
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": "AmazonSQS.SendMessage",
            },
        )
        SigV4Auth(Credentials("test", "test"), "sqs", "us-east-1").add_auth(request)
        host, _, port = endpoint.removeprefix("http://").partition(":")
        body = request.data if isinstance(request.data, bytes) else str(request.data).encode()
        lines = [f"{key}: {value}" for key, value in request.headers.items()]
        head = "\r\n".join(
            ["POST / HTTP/1.1", f"Host: {host}:{port}", f"Content-Length: {len(body)}", *lines]
        )
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(head.encode() + b"\r\n\r\n" + body)

    # --- faults -----------------------------------------------------------------------------

    def fault(self, kind: str, target: Function | str, **more: Any) -> None:
        name = target.name if isinstance(target, Function) else target
        self.kit.cloud.page("faults", "POST", {"kind": kind, "target": name, **more})

    def heal(self) -> None:
        for target in (self.process.name, self.apply.name, self.inbox.rpartition("/")[2]):
            self.kit.cloud.page("faults", "DELETE", {"target": target})

    def kill_environments(self) -> None:
        for function in (self.process, self.apply):
            self.kit.cloud.page("environments", "DELETE", {"function": function.name})

    def deliveries(self, *names: str) -> int:
        """How often these orders reached the first function."""
        bodies = {order(name) for name in names}
        return sum(body in bodies for body in self.process.bodies())

    # --- what became of the orders ----------------------------------------------------------

    def scanned(self, table: str) -> list[dict[str, Any]]:
        pages = self.kit.dynamodb.get_paginator("scan").paginate(
            TableName=table, ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"]]

    def applied(self) -> set[str]:
        return {item["id"]["S"] for item in self.scanned(self.ledger)} - {"#sum"}

    def applied_in_sum(self) -> int:
        found = [item for item in self.scanned(self.ledger) if item["id"]["S"] == "#sum"]
        return int(found[0]["applied"]["N"]) if found else 0

    def settle(self, *names: str, seconds: float = 30.0) -> None:
        """Wait until all of these orders are applied; dead letters are sent in again."""

        def done() -> bool:
            if set(names) <= self.applied():
                return True
            self.redrive(set(names))
            return False

        until(done, seconds)

    def buried(self) -> list[str]:
        """The dead letters, which are taken away; on a busy machine orders may be among them."""
        found = self.kit.sqs.receive_message(
            QueueUrl=self.dead, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        for message in found.get("Messages", []):
            handle = message["ReceiptHandle"]
            self.kit.sqs.delete_message(QueueUrl=self.dead, ReceiptHandle=handle)
        return [message["Body"] for message in found.get("Messages", [])]

    def redrive(self, wanted: set[str]) -> None:
        found = self.kit.sqs.receive_message(QueueUrl=self.dead, MaxNumberOfMessages=10)
        for message in found.get("Messages", []):
            if any(order(name) == message["Body"] for name in wanted):
                self.kit.send(self.inbox, message["Body"])
                self.kit.sqs.delete_message(
                    QueueUrl=self.dead, ReceiptHandle=message["ReceiptHandle"]
                )

    def assert_each_once(self) -> None:
        """What is in the ledger was added to the sum once, and nothing else was."""
        assert self.applied_in_sum() == len(self.applied())


def order(name: str) -> str:
    return json.dumps({"orderId": name})
