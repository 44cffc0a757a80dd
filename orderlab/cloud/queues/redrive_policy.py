"""Where dead letters go: RedrivePolicy of a source queue, RedriveAllowPolicy of its target.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.queues.errors import InvalidParameterValue

DEFAULT_MAX_RECEIVE_COUNT = 10
MAX_MAX_RECEIVE_COUNT = 1_000
MAX_SOURCE_QUEUES = 10


@dataclass(frozen=True, slots=True)
class RedrivePolicy:
    target_arn: str
    max_receive_count: int


@dataclass(frozen=True, slots=True)
class RedriveAllowPolicy:
    permission: str
    source_arns: tuple[str, ...]

    def allows(self, source_arn: str) -> bool:
        return self.permission == "allowAll" or source_arn in self.source_arns


def read_redrive_policy(text: str) -> RedrivePolicy:
    """Read the attribute; InvalidParameterValue if it is not what AWS takes."""
    policy = _document("RedrivePolicy", text)
    unknown = set(policy) - {"deadLetterTargetArn", "maxReceiveCount"}
    if unknown:
        raise _invalid(
            "RedrivePolicy",
            text,
            "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].",
        )
    target = policy.get("deadLetterTargetArn")
    if not isinstance(target, str) or not target:
        raise _invalid(
            "RedrivePolicy",
            text,
            "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.",
        )
    return RedrivePolicy(target, _max_receive_count(policy, text))


def _max_receive_count(policy: dict[str, Any], text: str) -> int:
    value = policy.get("maxReceiveCount", DEFAULT_MAX_RECEIVE_COUNT)
    try:
        count = int(value) if isinstance(value, int | str) else 0
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
    """Read the attribute; InvalidParameterValue if it is not what AWS takes."""
    policy = _document("RedriveAllowPolicy", text)
    if set(policy) - {"redrivePermission", "sourceQueueArns"}:
        raise _invalid(
            "RedriveAllowPolicy",
            text,
            "Only following attributes are supported: [redrivePermission, sourceQueueArns].",
        )
    permission = policy.get("redrivePermission")
    if permission not in ("allowAll", "denyAll", "byQueue"):
        raise _invalid("RedriveAllowPolicy", text, "Unrecognized value for redrivePermission.")
    return RedriveAllowPolicy(permission, _source_arns(policy, permission, text))


def _source_arns(policy: dict[str, Any], permission: str, text: str) -> tuple[str, ...]:
    arns = policy.get("sourceQueueArns")
    if permission != "byQueue":
        if arns:
            raise _invalid(
                "RedriveAllowPolicy",
                text,
                "sourceQueueArns can only be specified when redrivePermission is byQueue.",
            )
        return ()
    well_formed = isinstance(arns, list) and all(isinstance(arn, str) for arn in arns)
    if not well_formed or not arns or len(arns) > MAX_SOURCE_QUEUES:
        raise _invalid(
            "RedriveAllowPolicy",
            text,
            f"sourceQueueArns must hold 1 to {MAX_SOURCE_QUEUES} queue ARNs.",
        )
    return tuple(arns)


def _document(name: str, text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _invalid(name, text, f"{name} is not a valid JSON map.")
    return document


def _invalid(name: str, text: str, reason: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Value {text} for parameter {name} is invalid. Reason: {reason}")
