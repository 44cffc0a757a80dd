"""Where records come from: is the source there, and may the function's role read it?

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Permissions, Principal, Queues, Streams
from orderlab.cloud.event_sources.settings import Kind, Settings, invalid, on_failure

QUEUE_ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
STREAM_ACTIONS = ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams")
_OTHER_SERVICES = {
    "kinesis": "Kinesis streams as event sources",
    "kafka": "Kafka clusters as event sources",
    "mq": "Amazon MQ brokers as event sources",
    "rds": "DocumentDB change streams as event sources",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A queue or a table's stream."""

    arn: str
    kind: Kind

    @property
    def fifo(self) -> bool:
        """Whether it is a FIFO queue."""
        return self.kind == "sqs" and self.arn.endswith(".fifo")

    @property
    def region(self) -> str:
        """The Region of its ARN."""
        return self.arn.split(":")[3]


def parse_source(arn: str | None) -> Source:
    """The source that an ARN names.

    Raises InvalidParameterValueException if it is not an event source, NotDoneYet for one that the
    local cloud does not support.
    """
    if not arn:
        raise invalid("Unrecognized event source.")
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":
        if parts[2] == "sqs" and parts[5]:
            return Source(arn, "sqs")
        if parts[2] == "dynamodb" and "/stream/" in parts[5]:
            return Source(arn, "dynamodb")
        if parts[2] in _OTHER_SERVICES:
            raise NotDoneYet(_OTHER_SERVICES[parts[2]])
    raise invalid(
        f"Unrecognized event source, must be kinesis, dynamodb stream or sqs. "
        f"Unsupported source arn: {arn}"
    )


class SourceChecks:
    """What CreateEventSourceMapping looks at beyond the request itself."""

    def __init__(self, permissions: Permissions, queues: Queues, streams: Streams) -> None:
        self._permissions = permissions
        self._queues = queues
        self._streams = streams

    def require_ready(
        self, source: Source, function: Mapping[str, Any], settings: Settings
    ) -> None:
        """Raise InvalidParameterValueException unless the source exists, fits the function, and its
        role may read it."""
        role = self._role(function)
        if source.kind == "sqs":
            self._require_queue(source, role, function)
        else:
            self._require_stream(source, role)
            self._require_destination(on_failure(settings), role)

    def may_read(self, source: Source, function: Mapping[str, Any]) -> bool:
        """Whether the function's role still lets Lambda read the source."""
        role = self._role(function)
        if source.kind == "sqs":
            return self._missing_queue_action(source, role, QUEUE_ACTIONS[:2]) is None
        return self._may_read_stream(source, role)

    def may_send(self, destination: str, function: Mapping[str, Any]) -> bool:
        """Whether the function's role may send to a queue or topic."""
        return self._may_send(destination, self._role(function))

    def _role(self, function: Mapping[str, Any]) -> Principal:
        return self._permissions.role_principal(
            str(function.get("Role", "")), str(function.get("FunctionName", "lambda"))
        )

    def _require_queue(self, source: Source, role: Principal, function: Mapping[str, Any]) -> None:
        missing = self._missing_queue_action(source, role, QUEUE_ACTIONS)
        if missing:
            raise invalid(
                f"The provided execution role does not have permissions to call {missing} on SQS"
            )
        queue = self._queues.queue(source.arn)
        if queue is None:
            raise invalid(
                "Error occurred while ReceiveMessage. SQS Error Code: "
                "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
                "The specified queue does not exist."
            )
        timeout = int(function.get("Timeout", 3))
        if queue.visibility_timeout < timeout:
            raise invalid(
                f"Queue visibility timeout: {queue.visibility_timeout} seconds is less than "
                f"Function timeout: {timeout} seconds"
            )

    def _missing_queue_action(
        self, source: Source, role: Principal, actions: tuple[str, ...]
    ) -> str | None:
        queue = self._queues.queue(source.arn)
        policy = queue.policy if queue else None
        for action in actions:
            if not self._permissions.allows(
                role, f"sqs:{action}", source.arn, resource_policy=policy
            ):
                return action
        return None

    def _require_stream(self, source: Source, role: Principal) -> None:
        if not self._may_read_stream(source, role):
            raise invalid(
                f"Cannot access stream {source.arn}. Please ensure the role can perform the "
                "GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your "
                "stream in IAM."
            )
        if self._streams.shards(source.arn) is None:
            raise invalid(f"Stream not found: {source.arn}")

    def _may_read_stream(self, source: Source, role: Principal) -> bool:
        # ListStreams knows no resource smaller than the table's streams
        listed = source.arn.rpartition("/")[0] + "/*"
        return all(
            self._permissions.allows(role, f"dynamodb:{action}", source.arn)
            or (
                action == "ListStreams"
                and self._permissions.allows(role, "dynamodb:ListStreams", listed)
            )
            for action in STREAM_ACTIONS
        )

    def _require_destination(self, destination: str, role: Principal) -> None:
        if destination and not self._may_send(destination, role):
            call = "SendMessage on SQS" if ":sqs:" in destination else "Publish on SNS"
            raise invalid(f"The function execution role does not have permissions to call {call}")

    def _may_send(self, destination: str, role: Principal) -> bool:
        action = "sqs:SendMessage" if ":sqs:" in destination else "sns:Publish"
        queue = self._queues.queue(destination) if ":sqs:" in destination else None
        return self._permissions.allows(
            role, action, destination, resource_policy=queue.policy if queue else None
        )
