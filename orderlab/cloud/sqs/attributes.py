"""Queue attributes: which there are, what values they take, what they are without being set.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from orderlab.cloud.sqs.errors import (
    FifoAttributeOfStandardQueue,
    InvalidAttributeName,
    InvalidAttributeValue,
    InvalidParameterValue,
    OverLimit,
    TwoKindsOfEncryption,
)
from orderlab.cloud.sqs.redrive_policy import with_number

MAX_MESSAGE_BYTES = 1_048_576
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
MAX_STATEMENTS = 20
MAX_ACTIONS = 7
MAX_POLICY_BYTES = 8_192

_RANGES = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1_024, MAX_MESSAGE_BYTES),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
_CHOICES = {
    "FifoQueue": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "SqsManagedSseEnabled": ("true", "false"),
    "DeduplicationScope": ("messageGroup", "queue"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
_DOCUMENTS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy")
# unknown to a standard queue, and said to be for FIFO queues only
_UNKNOWN_TO_STANDARD = ("FifoQueue", "ContentBasedDeduplication")
_FIFO_ONLY = ("DeduplicationScope", "FifoThroughputLimit")
_COUNTED = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
)
SETTABLE = frozenset((*_RANGES, *_CHOICES, *_DOCUMENTS, "KmsMasterKeyId"))
READABLE = SETTABLE | frozenset((*_COUNTED, "All"))

_DEFAULTS = {
    "VisibilityTimeout": "30",
    "MaximumMessageSize": str(MAX_MESSAGE_BYTES),
    "MessageRetentionPeriod": "345600",
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
}
_FIFO_DEFAULTS = {
    "FifoQueue": "true",
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,75}\.fifo")


def check_name(name: str, *, fifo: bool) -> None:
    """Raise InvalidParameterValue unless a queue of that type may have the name."""
    if fifo and not _FIFO_NAME.fullmatch(name):
        raise InvalidParameterValue(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
            "underscores, must end with .fifo suffix and be 1 to 80 in length."
        )
    if not fifo and not _NAME.fullmatch(name):
        raise InvalidParameterValue(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )


def defaults(*, fifo: bool) -> dict[str, str]:
    """The attributes of a new queue to which none were given."""
    return {**_DEFAULTS, **(_FIFO_DEFAULTS if fifo else {})}


def checked(given: Mapping[str, str], *, fifo: bool) -> dict[str, str]:
    """The attributes as they will be kept; documents are checked where they are understood.

    Raises InvalidAttributeName, InvalidAttributeValue.
    """
    kept = {}
    for name, value in given.items():
        if name not in SETTABLE or (name in _UNKNOWN_TO_STANDARD and not fifo):
            raise InvalidAttributeName(name)
        if name in _FIFO_ONLY and not fifo:
            raise FifoAttributeOfStandardQueue(name)
        kept[name] = _checked_value(name, value)
    if kept.get("KmsMasterKeyId") and kept.get("SqsManagedSseEnabled") == "true":
        raise TwoKindsOfEncryption
    return kept


def _checked_value(name: str, value: str) -> str:
    if name in _RANGES:
        low, high = _RANGES[name]
        if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not low <= int(value) <= high:
            raise InvalidAttributeValue(name)
        return str(int(value))
    if name in _CHOICES:
        found = value.lower() if value.lower() in ("true", "false") else value
        if found not in _CHOICES[name]:
            raise InvalidAttributeValue(name)
        return found
    if name == "RedrivePolicy":
        return with_number(value)
    if name == "Policy" and value:
        _check_policy(value)
    return value


def _check_policy(value: str) -> None:
    if len(value.encode("utf-8", "replace")) > MAX_POLICY_BYTES:
        raise InvalidAttributeValue("Policy")
    try:
        policy = json.loads(value)
    except (ValueError, RecursionError):
        raise InvalidAttributeValue("Policy") from None
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not all(map(_is_statement, statements)):
        raise InvalidAttributeValue("Policy")
    if len(statements) > MAX_STATEMENTS:
        raise OverLimit(
            f"{len(statements)} statements were found in the submitted policy, max allowed is "
            f"{MAX_STATEMENTS}"
        )
    for statement in statements:
        actions = statement.get("Action")
        if isinstance(actions, list) and len(actions) > MAX_ACTIONS:
            raise OverLimit(f"{len(actions)} Actions were found, maximum allowed is {MAX_ACTIONS}.")


def _is_statement(found: object) -> bool:
    if not isinstance(found, dict):
        return False
    conditions = found.get("Condition", {})
    return (
        found.get("Effect") in ("Allow", "Deny")
        and ("Action" in found) != ("NotAction" in found)
        and isinstance(conditions, dict)
        and all(isinstance(keys, dict) for keys in conditions.values())
    )


def check_throughput(attributes: Mapping[str, str]) -> None:
    """High throughput needs deduplication by group.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/enable-high-throughput-fifo.html
    """
    per_group = attributes.get("FifoThroughputLimit") == "perMessageGroupId"
    if per_group and attributes.get("DeduplicationScope") != "messageGroup":
        raise InvalidAttributeValue(
            "FifoThroughputLimit",
            "The perMessageGroupId value is allowed only when the value for DeduplicationScope "
            "is messageGroup.",
        )


def with_changes(current: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """The attributes after a change; an empty document or key is removed."""
    merged = {**current, **changes}
    for name in (*_DOCUMENTS, "KmsMasterKeyId"):
        if merged.get(name) == "":
            del merged[name]
    if changes.get("KmsMasterKeyId"):
        # a queue has one kind of encryption
        merged["SqsManagedSseEnabled"] = "false"
    elif changes.get("SqsManagedSseEnabled") == "true":
        merged.pop("KmsMasterKeyId", None)
    if "KmsMasterKeyId" in merged:
        merged.setdefault("KmsDataKeyReusePeriodSeconds", "300")
    else:
        merged.pop("KmsDataKeyReusePeriodSeconds", None)
    return merged
