"""Attributes of topics and subscriptions: which there are and what they may be.

https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.sns.delivery_policy import read_policy
from orderlab.cloud.sns.errors import InvalidParameter
from orderlab.cloud.sns.filter_policy import SCOPES, FilterPolicy

MIN_MAXIMUM_SIZE, MAX_MAXIMUM_SIZE = 1_024, 1_048_576
MAX_DISPLAY_NAME = 100
MAX_POLICY = 30_720

_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,251}\.fifo")
_NOT_DONE = re.compile(
    r"(HTTP|Firehose|Lambda|Application|SQS)"
    r"(SuccessFeedbackRoleArn|FailureFeedbackRoleArn|SuccessFeedbackSampleRate)"
)
# attributes of subscriptions that an empty value removes
EMPTIABLE = ("FilterPolicy", "RedrivePolicy", "DeliveryPolicy")
_FIFO_ONLY = ("ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy")
_CHOICES = {
    "FifoTopic": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "FifoThroughputScope": ("Topic", "MessageGroup"),
    "SignatureVersion": ("1", "2"),
    "TracingConfig": ("PassThrough", "Active"),
}


def check_topic_name(name: str, *, fifo: bool) -> None:
    """Raise InvalidParameter unless a topic of that type may have the name."""
    pattern = _FIFO_NAME if fifo else _NAME
    if not pattern.fullmatch(name):
        raise InvalidParameter("Topic Name")


def checked_topic_attribute(name: str, value: str, *, fifo: bool) -> str:
    """The value as it will be kept; an empty value removes the attribute.

    Raises InvalidParameter; NotDoneYet for delivery status logging, tracing and archives.
    """
    if _NOT_DONE.fullmatch(name):
        raise NotDoneYet("delivery status logging of SNS topics")
    if name in ("ArchivePolicy", "DataProtectionPolicy"):
        raise NotDoneYet(f"the {name} of SNS topics")
    if name in _FIFO_ONLY and not fifo:
        raise InvalidParameter(f"{name} Reason: only FIFO topics have this attribute")
    if name in _CHOICES:
        return _choice(name, value)
    if name == "TracingConfig" and value == "Active":
        raise NotDoneYet("active tracing of SNS topics")
    checker = _TOPIC_CHECKS.get(name)
    if checker is None:
        raise InvalidParameter("AttributeName")
    checker(value)
    return value


def _choice(name: str, value: str) -> str:
    found = value.lower() if value.lower() in ("true", "false") else value
    if found not in _CHOICES[name]:
        raise InvalidParameter(f"Attributes Reason: {name}: Invalid value [{value}]")
    if found == "Active":
        raise NotDoneYet("active tracing of SNS topics")
    return found


def _check_size(value: str) -> None:
    well_formed = re.fullmatch(r"\d{1,9}", value, re.ASCII)
    if not well_formed or not MIN_MAXIMUM_SIZE <= int(value) <= MAX_MAXIMUM_SIZE:
        raise InvalidParameter(
            "Attributes Reason: MaximumMessageSize must be between "
            f"{MIN_MAXIMUM_SIZE} and {MAX_MAXIMUM_SIZE}"
        )


def _check_display_name(value: str) -> None:
    if len(value) > MAX_DISPLAY_NAME or "\n" in value:
        raise InvalidParameter("Attributes Reason: DisplayName")


def _check_policy(value: str) -> None:
    if len(value) > MAX_POLICY:
        raise InvalidParameter("Policy Error: null")
    try:
        policy = json.loads(value) if value else {"Statement": []}
    except (ValueError, RecursionError):
        policy = None
    if not isinstance(policy, dict) or not isinstance(policy.get("Statement"), list | dict):
        raise InvalidParameter("Policy Error: null")


def _check_delivery_policy(value: str) -> None:
    if value:
        read_policy(value)


def _anything(value: str) -> None:
    """KmsMasterKeyId: nothing is encrypted here, whatever the key."""


_TOPIC_CHECKS: dict[str, Callable[[str], None]] = {
    "DisplayName": _check_display_name,
    "Policy": _check_policy,
    "DeliveryPolicy": _check_delivery_policy,
    "KmsMasterKeyId": _anything,
    "MaximumMessageSize": _check_size,
}


def checked_subscription(
    attributes: Mapping[str, str], protocol: str, *, fifo: bool
) -> dict[str, str]:
    """All attributes of a subscription, as they will be kept: empty ones are left out.

    `fifo` is that of its queue: a standard queue of a FIFO topic has standard dead letters.
    """
    kept = {
        name: value for name, value in attributes.items() if value != "" or name not in EMPTIABLE
    }
    for name, value in kept.items():
        kept[name] = _checked_subscription_attribute(name, value, protocol, fifo=fifo)
    if "FilterPolicy" in kept:
        FilterPolicy(kept["FilterPolicy"], kept.get("FilterPolicyScope", "MessageAttributes"))
    return kept


def _checked_subscription_attribute(name: str, value: str, protocol: str, *, fifo: bool) -> str:
    if name == "RawMessageDelivery":
        return _raw(value, protocol)
    if name == "FilterPolicyScope":
        if value not in SCOPES:
            raise InvalidParameter(
                f"FilterPolicyScope: Invalid value [{value}]. Please use "
                "either MessageBody or MessageAttributes"
            )
    elif name == "RedrivePolicy":
        _check_redrive(value, fifo=fifo)
    elif name == "DeliveryPolicy":
        read_policy(value)
    elif name in ("ReplayPolicy", "SubscriptionRoleArn"):
        raise NotDoneYet(f"the {name} of SNS subscriptions")
    elif name != "FilterPolicy":
        raise InvalidParameter("AttributeName")
    return value


def _raw(value: str, protocol: str) -> str:
    if value.lower() not in ("true", "false"):
        raise InvalidParameter(
            f"RawMessageDelivery: Invalid value [{value}]. Must be true or false."
        )
    if value.lower() == "true" and protocol not in ("sqs", "http", "https"):
        raise InvalidParameter(
            f"RawMessageDelivery: Delivery protocol [{protocol}] does not support raw message "
            "delivery."
        )
    return value.lower()


def _check_redrive(value: str, *, fifo: bool) -> None:
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidParameter("RedrivePolicy: failed to parse JSON.")
    for name in document:
        if name != "deadLetterTargetArn":
            raise InvalidParameter(f"RedrivePolicy: invalid JSON. Attribute {name} is unknown.")
    arn = document.get("deadLetterTargetArn")
    if not isinstance(arn, str) or not re.fullmatch(
        r"arn:aws:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+", arn
    ):
        raise InvalidParameter("RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if arn.endswith(".fifo") != fifo:
        raise InvalidParameter(
            "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
            if fifo
            else "RedrivePolicy: must use a standard queue as DLQ for a standard Subscription."
        )
