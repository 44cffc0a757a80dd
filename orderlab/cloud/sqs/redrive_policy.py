"""Where dead letters go: RedrivePolicy of a source queue, RedriveAllowPolicy of its target.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.sqs.errors import InvalidAttributeValue, InvalidParameterValue

MAX_MAX_RECEIVE_COUNT = 1_000
MAX_SOURCE_QUEUES = 10
# AWS checks them in this order
_NEEDED = ("maxReceiveCount", "deadLetterTargetArn")
_PERMISSIONS = ("allowAll", "denyAll", "byQueue")


@dataclass(frozen=True, slots=True)
class RedrivePolicy:
    """Where messages go after `max_receive_count` receives."""

    target_arn: str
    max_receive_count: int


@dataclass(frozen=True, slots=True)
class RedriveAllowPolicy:
    """Which queues may use a queue as their dead-letter queue."""

    permission: str
    source_arns: tuple[str, ...]

    def allows(self, source_arn: str) -> bool:
        """Whether the queue with that ARN may."""
        return self.permission == "allowAll" or source_arn in self.source_arns


def read_redrive_policy(text: str) -> RedrivePolicy:
    """Read the attribute; raises InvalidParameterValue if AWS does not accept it."""
    policy = _object(text)
    if policy is None:
        raise _invalid("RedrivePolicy", text, "Redrive policy is not a valid JSON map.")
    for name in _NEEDED:
        if name not in policy:
            reason = f"Redrive policy does not contain mandatory attribute: {name}."
            raise _invalid("RedrivePolicy", text, reason)
    count = _max_receive_count(policy["maxReceiveCount"], text)
    if set(policy) - set(_NEEDED):
        reason = "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount]."
        raise _invalid("RedrivePolicy", text, reason)
    return RedrivePolicy(_target(policy["deadLetterTargetArn"], text), count)


def with_number(text: str) -> str:
    """The attribute as GetQueueAttributes returns it: a count that was sent as text is a number."""
    policy = _object(text)
    count = policy.get("maxReceiveCount") if policy else None
    if policy is None or not isinstance(count, str):
        return text
    try:
        policy["maxReceiveCount"] = _max_receive_count(count, text)
    except InvalidParameterValue:
        # said where the whole policy is read
        return text
    return json.dumps(policy, separators=(",", ":"))


def _target(arn: Any, text: str) -> str:
    parts = arn.split(":") if isinstance(arn, str) else []
    if len(parts) != 6 or parts[0] != "arn":
        reason = "Dead-letter target ARN should be fully qualified ARN."
        raise _invalid("RedrivePolicy", text, reason)
    if parts[2] != "sqs":
        reason = "Only SQS queues are valid resources for deadLetterTargetArn."
        raise _invalid("RedrivePolicy", text, reason)
    return ":".join(parts)


def _max_receive_count(value: Any, text: str) -> int:
    try:
        count = int(value) if isinstance(value, int | str) and len(str(value)) < 10 else 0
    except ValueError:
        count = 0
    if isinstance(value, bool) or not 1 <= count <= MAX_MAX_RECEIVE_COUNT:
        raise _invalid(
            "RedrivePolicy",
            text,
            f"Invalid value for maxReceiveCount: {value}, valid values are from 1 to "
            f"{MAX_MAX_RECEIVE_COUNT} both inclusive.",
        )
    return count


def read_redrive_allow_policy(text: str) -> RedriveAllowPolicy:
    """Read the attribute.

    Raises InvalidAttributeValue or InvalidParameterValue if AWS does not accept it.
    """
    policy = _object(text)
    permission = policy.get("redrivePermission") if policy else None
    arns = policy.get("sourceQueueArns", []) if policy else None
    well_formed = (
        policy is not None
        and not set(policy) - {"redrivePermission", "sourceQueueArns"}
        and permission in _PERMISSIONS
        and isinstance(arns, list)
        and all(isinstance(arn, str) for arn in arns)
    )
    if not well_formed or not isinstance(permission, str) or not isinstance(arns, list):
        raise InvalidAttributeValue(
            "RedriveAllowPolicy",
            "Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.",
        )
    reason = _contradiction(permission, arns)
    if reason:
        reason = f"Amazon SQS can't create the redrive allow policy. {reason}"
        raise _invalid("RedriveAllowPolicy", text, reason)
    return RedriveAllowPolicy(permission, tuple(arns))


def _contradiction(permission: str, arns: list[str]) -> str:
    if permission != "byQueue" and arns:
        return (
            "To specify one or more source queue ARNs, you must set redrivePermission to byQueue."
        )
    if permission == "byQueue" and not arns:
        return (
            "When you specify the byQueue permission type, you must also specify one or more "
            "sourceQueueArns values."
        )
    if len(arns) > MAX_SOURCE_QUEUES:
        return f"The maximum number of source queue ARNs you can specify is {MAX_SOURCE_QUEUES}."
    return ""


def _object(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _invalid(name: str, text: str, reason: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Value {text} for parameter {name} is invalid. Reason: {reason}")
