"""The errors of EventBridge Scheduler.

https://docs.aws.amazon.com/scheduler/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class ResourceNotFound(AwsError):
    code = "ResourceNotFoundException"
    status = 404


class Conflict(AwsError):
    code = "ConflictException"
    status = 409


class QuotaExceeded(AwsError):
    code = "ServiceQuotaExceededException"
    status = 402
