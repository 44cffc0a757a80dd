"""EventBridge's errors. https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError, ValidationException


class ResourceNotFound(AwsError):
    """The bus, rule, archive or replay does not exist."""

    code = "ResourceNotFoundException"


class ResourceAlreadyExists(AwsError):
    """There is one of that name."""

    code = "ResourceAlreadyExistsException"


class InvalidEventPattern(AwsError):
    """The pattern is invalid; the reason says where."""

    code = "InvalidEventPatternException"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Event pattern is not valid. Reason: {reason}")


class LimitExceeded(AwsError):
    """There are as many as there may be."""

    code = "LimitExceededException"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or "The requested resource exceeds the maximum number allowed.")


class IllegalStatus(AwsError):
    """The replay is not in a state in which this can be done."""

    code = "IllegalStatusException"


class PolicyLengthExceeded(AwsError):
    """The policy of a bus would be too long."""

    code = "PolicyLengthExceededException"

    def __init__(self) -> None:
        super().__init__("The policy is longer than 10240 characters.")


def not_valid(name: str, reason: str = "") -> ValidationException:
    """The error about a parameter of the call."""
    why = f" Reason: {reason}" if reason else ""
    return ValidationException(f"Parameter {name} is not valid.{why}")
