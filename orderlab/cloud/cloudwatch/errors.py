"""CloudWatch's errors.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class InvalidParameterValue(AwsError):
    """A parameter has a value that it cannot have."""

    code = "InvalidParameterValue"


class InvalidParameterCombination(AwsError):
    """Parameters are missing that go together, or do not go together."""

    code = "InvalidParameterCombination"


class MissingParameter(AwsError):
    """A required parameter is missing."""

    code = "MissingParameter"


class ValidationError(AwsError):
    """A parameter breaks a constraint on its length or number."""

    code = "ValidationError"


class Throttling(AwsError):
    """The call asks for more than can be computed at once."""

    code = "Throttling"


class LimitExceeded(AwsError):
    """There are as many alarms as there may be."""

    code = "LimitExceeded"


class ResourceNotFoundException(AwsError):
    """There is nothing of that ARN; the operations on tags call it so."""

    code = "ResourceNotFoundException"
    status = 404


class ResourceNotFound(AwsError):
    """There is no such alarm."""

    code = "ResourceNotFound"
    status = 404
