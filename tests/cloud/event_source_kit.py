"""What the tests of event sources build with: roles, functions that note what they saw, queues."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from tests.cloud.notes import NOTE, Notes

# Notes every event for the test; what else it does, the messages say.
NOTING = (
    NOTE
    + """
import time

def texts(event):
    for record in event["Records"]:
        if "body" in record:
            yield record["messageId"], record["body"]
        else:
            keys = record["dynamodb"]["Keys"]
            yield record["dynamodb"]["SequenceNumber"], next(iter(keys["id"].values()))

def handler(event, context):
    note({"at": time.time(), **event})
    time.sleep(float(os.environ.get("SLEEP", "0")))
    bad = [name for name, text in texts(event) if "bad" in text]
    if os.environ.get("PARTIAL"):
        return {"batchItemFailures": [{"itemIdentifier": name} for name in bad]}
    if bad:
        raise ValueError("bad ones: %s" % bad)
"""
)

READ_SOURCES = (
    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage",
    "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream",
    "dynamodb:ListStreams", "sns:Publish",
)  # fmt: skip


class Kit:
    """Builds resources with names of their own in one cloud, and waits for what they do."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud
        self._notes = Notes()
        self.sqs = cloud.client("sqs")
        self.lambda_ = cloud.client("lambda")
        self.iam = cloud.client("iam")
        self.dynamodb = cloud.client("dynamodb")
        self._mappings: list[str] = []

    def close(self) -> None:
        for name in self._mappings:
            with suppress(ClientError):
                self.lambda_.delete_event_source_mapping(UUID=name)
        self._notes.close()

    def role(self, *actions: str) -> str:
        name = f"role-{uuid.uuid4().hex[:8]}"
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                 "Action": "sts:AssumeRole"}  # fmt: skip
        arn = self.iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )["Role"]["Arn"]
        if actions:
            self.allow(arn, *actions)
        return str(arn)

    def allow(self, role_arn: str, *actions: str) -> None:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        name = role_arn.rpartition("/")[2]
        self.iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document)

    def forbid(self, role_arn: str) -> None:
        name = role_arn.rpartition("/")[2]
        self.iam.delete_role_policy(RoleName=name, PolicyName="inline")

    def function(
        self, code: str = NOTING, role: str | None = None, timeout: int = 10, **variables: str
    ) -> Function:
        name = f"fn-{uuid.uuid4().hex[:8]}"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("app.py", code)
        self.lambda_.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="app.handler",
            Role=role or self.role(*READ_SOURCES),
            Code={"ZipFile": packed.getvalue()},
            Timeout=timeout,
            Environment={"Variables": {"SEEN": self._notes.address(name), **variables}},
        )
        self.lambda_.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 1}
        )
        return Function(name, self._notes)

    def queue(self, **attributes: Any) -> str:
        fifo = attributes.get("FifoQueue") == "true"
        name = f"q-{uuid.uuid4().hex[:8]}" + (".fifo" if fifo else "")
        url = self.sqs.create_queue(
            QueueName=name, Attributes={key: str(value) for key, value in attributes.items()}
        )["QueueUrl"]
        return str(url)

    def arn(self, url: str) -> str:
        return str(self.attributes(url)["QueueArn"])

    def attributes(self, url: str) -> dict[str, str]:
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        return dict(answer["Attributes"])

    def left(self, url: str) -> int:
        """How many messages a queue holds, in flight or not."""
        found = self.attributes(url)
        return int(found["ApproximateNumberOfMessages"]) + int(
            found["ApproximateNumberOfMessagesNotVisible"]
        )

    def table(self, **settings: Any) -> tuple[str, str]:
        """A table with a stream: its name and the stream's ARN."""
        name = f"t-{uuid.uuid4().hex[:8]}"
        made = self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            **settings,
        )["TableDescription"]
        return name, str(made["LatestStreamArn"])

    def put(self, table: str, *ids: str, **attributes: str) -> None:
        for name in ids:
            item = {"id": {"S": name}, **{key: {"S": text} for key, text in attributes.items()}}
            self.dynamodb.put_item(TableName=table, Item=item)

    def mapping(self, function: Function | str, source_arn: str, **settings: Any) -> str:
        """Create a mapping and wait until it is settled; its UUID."""
        name = function if isinstance(function, str) else function.name
        made = self.lambda_.create_event_source_mapping(
            FunctionName=name, EventSourceArn=source_arn, **settings
        )
        self._mappings.append(made["UUID"])
        self.settled(made["UUID"])
        return str(made["UUID"])

    def get(self, name: str) -> dict[str, Any]:
        return dict(self.lambda_.get_event_source_mapping(UUID=name))

    def settled(self, name: str) -> str:
        """Wait until a mapping is neither created nor changed any more."""
        until(lambda: self.get(name)["State"] in ("Enabled", "Disabled"))
        return str(self.get(name)["State"])

    def send(self, url: str, *bodies: str, **parameters: Any) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=url, MessageBody=body, **parameters)


class Function:
    """A function and what it noted."""

    def __init__(self, name: str, notes: Notes) -> None:
        self.name = name
        self._notes = notes

    def events(self) -> list[dict[str, Any]]:
        return self._notes.of(self.name)

    def records(self) -> list[dict[str, Any]]:
        return [record for event in self.events() for record in event["Records"]]

    def bodies(self) -> list[str]:
        return [record["body"] for record in self.records()]

    def ids(self) -> list[str]:
        return [record["dynamodb"]["Keys"]["id"]["S"] for record in self.records()]


def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until something is so; AssertionError if it does not come about."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("what was waited for did not come about")
        time.sleep(0.03)
