"""Which calls the owner of a resource may always make, whatever the resource's own policy says."""

from __future__ import annotations

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
