"""The calls of services that HTTP APIs can make themselves.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """One integration subtype. Parameters are named as in the service's own API."""

    service: str
    operation: str
    required: frozenset[str]
    optional: frozenset[str]


def _call(service: str, operation: str, required: str, optional: str = "") -> ServiceCall:
    return ServiceCall(
        service, operation, frozenset(required.split()), frozenset([*optional.split(), "Region"])
    )


SERVICE_CALLS = {
    "EventBridge-PutEvents": _call(
        "events", "PutEvents", "Detail DetailType Source",
        "Time EventBusName Resources TraceHeader",
    ),
    "SQS-SendMessage": _call(
        "sqs", "SendMessage", "QueueUrl MessageBody",
        "DelaySeconds MessageAttributes MessageDeduplicationId MessageGroupId "
        "MessageSystemAttributes",
    ),
    "SQS-ReceiveMessage": _call(
        "sqs", "ReceiveMessage", "QueueUrl",
        "AttributeNames MaxNumberOfMessages MessageAttributeNames ReceiveRequestAttemptId "
        "VisibilityTimeout WaitTimeSeconds",
    ),
    "SQS-DeleteMessage": _call("sqs", "DeleteMessage", "ReceiptHandle QueueUrl"),
    "SQS-PurgeQueue": _call("sqs", "PurgeQueue", "QueueUrl"),
}  # fmt: skip
# those of AWS that are refused by name
UNDONE_CALLS = frozenset(
    {
        "AppConfig-GetConfiguration", "Kinesis-PutRecord", "StepFunctions-StartExecution",
        "StepFunctions-StartSyncExecution", "StepFunctions-StopExecution",
    }
)  # fmt: skip
