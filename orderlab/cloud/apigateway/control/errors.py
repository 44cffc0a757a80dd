"""The control plane's errors, in AWS's words."""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError, ValidationException


def bad_request(message: str) -> AwsError:
    return AwsError(message, code="BadRequestException", status=400)


def not_found(message: str) -> AwsError:
    return AwsError(message, code="NotFoundException", status=404)


def conflict(message: str) -> AwsError:
    return AwsError(message, code="ConflictException", status=409)


def validation_error(value: str, place: str, allowed: str) -> AwsError:
    """A value outside an enumeration."""
    return ValidationException(
        f"1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: "
        f"Member must satisfy enum value set: {allowed}"
    )


def limit_exceeded(message: str) -> AwsError:
    return AwsError(message, code="LimitExceededException", status=429)
