"""What a queue is set to, read out of its attributes once: every call needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orderlab.cloud.sqs.redrive_policy import (
    RedriveAllowPolicy,
    RedrivePolicy,
    read_redrive_allow_policy,
    read_redrive_policy,
)


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """Times are in seconds; `by_group` is deduplication within each message group."""

    delay: int
    visibility_timeout: int
    wait: int
    retention: int
    maximum_message_size: int
    policy: str | None
    content_based: bool
    by_group: bool
    redrive: RedrivePolicy | None
    redrive_allow: RedriveAllowPolicy

    @classmethod
    def read(cls, attributes: Mapping[str, str]) -> QueueSettings:
        """Read attributes that were checked before."""
        redrive, allow = attributes.get("RedrivePolicy"), attributes.get("RedriveAllowPolicy")
        return cls(
            delay=int(attributes["DelaySeconds"]),
            visibility_timeout=int(attributes["VisibilityTimeout"]),
            wait=int(attributes["ReceiveMessageWaitTimeSeconds"]),
            retention=int(attributes["MessageRetentionPeriod"]),
            maximum_message_size=int(attributes["MaximumMessageSize"]),
            policy=attributes.get("Policy"),
            content_based=attributes.get("ContentBasedDeduplication") == "true",
            by_group=attributes.get("DeduplicationScope") == "messageGroup",
            redrive=read_redrive_policy(redrive) if redrive else None,
            redrive_allow=(
                read_redrive_allow_policy(allow) if allow else RedriveAllowPolicy("allowAll", ())
            ),
        )
