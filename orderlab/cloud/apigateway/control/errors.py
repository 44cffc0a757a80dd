"""The control plane's errors, in AWS's words."""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError, ValidationException


def bad_request(message: str) -> AwsError:
    """BadRequestException (400): the call asks for something that is not allowed."""
    return AwsError(message, code="BadRequestException", status=400)


def not_found(message: str) -> AwsError:
    """NotFoundException (404): the call names something that does not exist."""
    return AwsError(message, code="NotFoundException", status=404)


def conflict(message: str) -> AwsError:
    """ConflictException (409): something like it exists, or is still in use."""
    return AwsError(message, code="ConflictException", status=409)


def validation_error(value: str, place: str, allowed: str) -> AwsError:
    """A value outside an enumeration."""
    return ValidationException(
        f"1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: "
        f"Member must satisfy enum value set: {allowed}"
    )


def limit_exceeded(message: str) -> AwsError:
    """LimitExceededException (429): there are as many already as AWS allows."""
    return AwsError(message, code="LimitExceededException", status=429)
