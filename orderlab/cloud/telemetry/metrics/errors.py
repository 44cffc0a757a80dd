"""CloudWatch's errors."""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class InvalidParameterValue(AwsError):
    code = "InvalidParameterValue"


class InvalidParameterCombination(AwsError):
    code = "InvalidParameterCombination"


class MissingParameter(AwsError):
    code = "MissingParameter"


class ValidationError(AwsError):
    code = "ValidationError"


class Throttling(AwsError):
    code = "Throttling"


class LimitExceeded(AwsError):
    code = "LimitExceeded"


class ResourceNotFound(AwsError):
    code = "ResourceNotFound"
    status = 404
