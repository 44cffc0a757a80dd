"""EventBridge's errors. https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError, ValidationException


class ResourceNotFound(AwsError):
    code = "ResourceNotFoundException"


class ResourceAlreadyExists(AwsError):
    code = "ResourceAlreadyExistsException"


class InvalidEventPattern(AwsError):
    code = "InvalidEventPatternException"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Event pattern is not valid. Reason: {reason}")


class LimitExceeded(AwsError):
    code = "LimitExceededException"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or "The requested resource exceeds the maximum number allowed.")


class IllegalStatus(AwsError):
    code = "IllegalStatusException"


class PolicyLengthExceeded(AwsError):
    code = "PolicyLengthExceededException"

    def __init__(self) -> None:
        super().__init__("The policy is longer than 10240 characters.")


def not_valid(name: str, reason: str = "") -> ValidationException:
    """The error about a parameter of the call."""
    why = f" Reason: {reason}" if reason else ""
    return ValidationException(f"Parameter {name} is not valid.{why}")
