"""The policies that queues, topics and functions have themselves, looked up when needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

# what the owner of a queue or topic may always do, so that no policy locks them out
OWNERS_OWN = frozenset(
    {
        "sqs:SetQueueAttributes",
        "sqs:GetQueueAttributes",
        "sqs:RemovePermission",
        "sqs:DeleteQueue",
        "sns:SetTopicAttributes",
        "sns:GetTopicAttributes",
        "sns:RemovePermission",
        "sns:DeleteTopic",
        "lambda:RemovePermission",
        "lambda:GetPolicy",
        "lambda:DeleteFunction",
    }
)

Policy = str | Mapping[str, Any] | None


def policy_of(cloud: Cloud, service: str, arn: str) -> Policy:
    """The policy of a resource; None for what has none or does not exist."""
    if service == "sqs":
        queue = cloud.queues.queue(arn)
        return queue.policy if queue else None
    if service == "sns":
        return cloud.topics.resource_policy(arn)
    if service == "lambda" and ":function:" in arn:
        return cloud.functions.resource_policy(arn)
    return None
