"""The errors of the schema registry.

https://docs.aws.amazon.com/eventbridge/latest/schema-reference/what-is-eventbridge-schemas.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class NotFound(AwsError):
    """A registry, schema, version or discoverer that does not exist."""

    code = "NotFoundException"
    status = 404


class Conflict(AwsError):
    """A name that is taken, or a bus that has a discoverer already."""

    code = "ConflictException"
    status = 409


class BadRequest(AwsError):
    """A parameter or a schema that is not valid."""

    code = "BadRequestException"


class Forbidden(AwsError):
    """A quota that is used up, or a registry that cannot be deleted."""

    code = "ForbiddenException"
    status = 403
