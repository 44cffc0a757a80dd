"""The errors of the schema registry.

https://docs.aws.amazon.com/eventbridge/latest/schema-reference/what-is-eventbridge-schemas.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class NotFound(AwsError):
    code = "NotFoundException"
    status = 404


class Conflict(AwsError):
    code = "ConflictException"
    status = 409


class BadRequest(AwsError):
    code = "BadRequestException"


class Forbidden(AwsError):
    code = "ForbiddenException"
    status = 403
