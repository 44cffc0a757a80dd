"""DynamoDB's errors, by AWS's names and with AWS's texts."""

from __future__ import annotations

from typing import Any

from orderlab.cloud.aws_error import AwsError, ValidationException

INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "


class Counted(ValidationException):
    """A fault that calls which write one item report with a count, and other calls without.

    These are names and values that no expression uses, empty sets, empty expressions, a section
    that is used twice, and paths that overlap; of other faults AWS is not known to count any.
    `counted` is the text that follows the count, where it is another one.
    """

    def __init__(self, message: str, counted: str | None = None) -> None:
        super().__init__(message)
        self.counted = counted or message


class SerializationException(AwsError):
    code = "SerializationException"


class ResourceNotFound(AwsError):
    code = "ResourceNotFoundException"


class ResourceInUse(AwsError):
    code = "ResourceInUseException"


class LimitExceeded(AwsError):
    code = "LimitExceededException"


class TransactionCanceled(AwsError):
    code = "TransactionCanceledException"


class IdempotentParameterMismatch(AwsError):
    code = "IdempotentParameterMismatchException"


class ConditionalCheckFailed(AwsError):
    code = "ConditionalCheckFailedException"


def condition_failed(item: dict[str, Any] | None = None) -> ConditionalCheckFailed:
    """The refusal of a conditional write; `item` is shown where the caller asked for it."""
    details: dict[str, Any] = {} if item is None else {"Item": item}
    return ConditionalCheckFailed("The conditional request failed", **details)


def invalid(text: str) -> ValidationException:
    return ValidationException(INVALID + text)


def detected(*faults: str) -> ValidationException:
    """A refusal that lists every fault of a request's form."""
    count = "1 validation error" if len(faults) == 1 else f"{len(faults)} validation errors"
    return ValidationException(f"{count} detected: {'; '.join(faults)}")


def table_not_found(name: str | None = None) -> ResourceNotFound:
    """Control-plane calls name the table, data-plane calls do not."""
    about = f": Table: {name} not found" if name else ""
    return ResourceNotFound(f"Requested resource not found{about}")
