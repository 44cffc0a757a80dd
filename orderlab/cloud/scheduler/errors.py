"""The errors of EventBridge Scheduler.

https://docs.aws.amazon.com/scheduler/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class ResourceNotFound(AwsError):
    """The schedule or group does not exist."""

    code = "ResourceNotFoundException"
    status = 404


class Conflict(AwsError):
    """There is one of that name, or it is being changed."""

    code = "ConflictException"
    status = 409


class QuotaExceeded(AwsError):
    """There are as many schedules or groups as there may be."""

    code = "ServiceQuotaExceededException"
    status = 402
