"""The errors of Pipes. https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/CommonErrors.html"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class NotFound(AwsError):
    code = "NotFoundException"
    status = 404


class Conflict(AwsError):
    code = "ConflictException"
    status = 409


class QuotaExceeded(AwsError):
    code = "ServiceQuotaExceededException"
    status = 402
