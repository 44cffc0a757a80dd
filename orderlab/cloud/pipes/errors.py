"""The errors of Pipes. https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/CommonErrors.html"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class NotFound(AwsError):
    """The pipe does not exist."""

    code = "NotFoundException"
    status = 404


class Conflict(AwsError):
    """The pipe exists already, or is in a state in which this cannot be done."""

    code = "ConflictException"
    status = 409


class QuotaExceeded(AwsError):
    """There are as many pipes, or tags, as there may be."""

    code = "ServiceQuotaExceededException"
    status = 402
