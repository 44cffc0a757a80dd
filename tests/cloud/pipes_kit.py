"""What the tests of Pipes build with: pipes whose roles may read and send, a noting function."""

from __future__ import annotations

import json
from typing import Any

from tests.cloud.events_kit import ACCOUNT, EventKit, name_of
from tests.cloud.notes import NOTE

READS = (
    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "dynamodb:GetRecords",
    "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams",
)  # fmt: skip
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
SENDS = ("sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction", "events:PutEvents")
NOTING = (
    NOTE
    + """
def bad(event):
    return "spoilt" in json.dumps(event)

def handler(events, context):
    note({"events": events})
    if os.environ.get("PARTIAL"):
        return {"batchItemFailures": [{"itemIdentifier": each.get("messageId") or
            each["dynamodb"]["SequenceNumber"]} for each in events if bad(each)]}
    if any(map(bad, events)):
        raise ValueError("bad ones")
"""
)


class PipeKit(EventKit):
    def __init__(self, cloud: Any) -> None:
        super().__init__(cloud)
        self.pipes = cloud.client("pipes")
        self._made: list[str] = []

    def close(self) -> None:
        for name in self._made:
            self.pipes.delete_pipe(Name=name)
        super().close()

    def pipe(
        self, source: str, target: str, *, actions: tuple[str, ...] = READS + SENDS, **settings: Any
    ) -> str:
        """The name of a new pipe."""
        name = name_of("pipe")
        if ":dynamodb:" in source:
            given = {"StartingPosition": "TRIM_HORIZON", **settings.pop("stream", {})}
            parameters = {"DynamoDBStreamParameters": given}
        else:
            parameters = {"SqsQueueParameters": settings.pop("queue", {})}
        if patterns := settings.pop("patterns", None):
            filters = [{"Pattern": json.dumps(each)} for each in patterns]
            parameters["FilterCriteria"] = {"Filters": filters}
        role = settings.pop("RoleArn", None) or self.role_for("pipes.amazonaws.com", *actions)
        self.pipes.create_pipe(
            Name=name, Source=source, Target=target, RoleArn=role, SourceParameters=parameters,
            **settings,
        )  # fmt: skip
        self._made.append(name)
        return name

    def running(self, name: str) -> str:
        self.eventually(lambda: self.state(name) == "RUNNING")
        assert self.state(name) == "RUNNING", self.pipes.describe_pipe(Name=name)
        return name

    def state(self, name: str) -> str:
        return str(self.pipes.describe_pipe(Name=name)["CurrentState"])

    def function_arn(self, name: str) -> str:
        return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
