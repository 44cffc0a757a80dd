"""What the tests of EventBridge, Pipes and Scheduler build with: targets that let a service in."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.cloud.event_source_kit import Kit

ACCOUNT = "123456789012"


def name_of(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex[:8]}"


def statement(action: str, resource: str, service: str = "events.amazonaws.com") -> str:
    """A resource policy that lets a service do one thing."""
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def error_of(call: Callable[[], Any]) -> tuple[str, str]:
    """The code and the text of the error that a call ends with."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"]), str(error.response["Error"]["Message"])
    raise AssertionError("the call was not refused")


class EventKit(Kit):
    """Builds buses, rules and targets, and reads what arrives."""

    def __init__(self, cloud: Any) -> None:
        super().__init__(cloud)
        self.events = cloud.client("events")
        self.sns = cloud.client("sns")

    def bus(self) -> str:
        name = name_of("bus")
        self.events.create_event_bus(Name=name)
        return name

    def open_queue(self, service: str = "events.amazonaws.com", **attributes: Any) -> str:
        """The URL of a queue that a service may send to."""
        url = self.queue(**attributes)
        policy = statement("sqs:SendMessage", self.arn(url), service)
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return url

    def rule(self, pattern: Any, *targets: dict[str, Any], bus: str = "default") -> str:
        """The name of a rule on a bus, with its targets."""
        name = name_of("rule")
        self.events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
        if targets:
            self.events.put_targets(
                Rule=name,
                EventBusName=bus,
                Targets=[{"Id": f"t{n}", **target} for n, target in enumerate(targets)],
            )
        return name

    def put(self, detail: Any, *, bus: str = "default", **entry: Any) -> dict[str, Any]:  # type: ignore[override]
        """Put one event, and return its place in the result."""
        given = {"Source": "shop", "DetailType": "Order", "EventBusName": bus, **entry}
        given.setdefault("Detail", json.dumps(detail))
        found: dict[str, Any] = self.events.put_events(Entries=[given])["Entries"][0]
        return found

    def messages(self, url: str, count: int = 1, seconds: float = 8.0) -> list[dict[str, Any]]:
        """The messages of a queue: waits until there are so many, and a moment for more."""
        found: list[dict[str, Any]] = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            answer = self.sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=1,
                MessageAttributeNames=["All"],
                AttributeNames=["All"],
            ).get("Messages", [])
            for message in answer:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found += answer
            if len(found) >= count and not answer:
                break
            if len(found) >= count > 0:
                until = min(until, time.monotonic() + 0.2)
        return found

    def bodies(self, url: str, count: int = 1, seconds: float = 8.0) -> list[Any]:
        """The bodies of the messages, read as JSON."""
        return [json.loads(each["Body"]) for each in self.messages(url, count, seconds)]

    def eventually(self, question: Callable[[], Any], seconds: float = 10.0) -> Any:
        """The first answer that is true, or the last one."""
        until = time.monotonic() + seconds
        while not (found := question()) and time.monotonic() < until:
            time.sleep(0.05)
        return found

    def metric(self, namespace: str, name: str, **dimensions: str) -> float:
        """The sum of a metric in the last minutes."""
        answer = self.cloud.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Period=3600,
            Statistics=["Sum"],
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=time.time() - 3600,
            EndTime=time.time() + 3600,
        )
        return float(sum(point["Sum"] for point in answer["Datapoints"]))

    def role_for(self, service: str, *actions: str, resource: str = "*") -> str:
        """The ARN of a role that a service may assume."""
        name = name_of("role")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        made = self.iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        if actions:
            allowed = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
            document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
            self.iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=document)
        return str(made["Role"]["Arn"])
