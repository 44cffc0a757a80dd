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
    """The request is not JSON of the expected types."""

    code = "SerializationException"


class ResourceNotFound(AwsError):
    """The table, stream or shard does not exist."""

    code = "ResourceNotFoundException"


class ResourceInUse(AwsError):
    """The table exists already, or is being changed."""

    code = "ResourceInUseException"


class LimitExceeded(AwsError):
    """Too many changes at once, of indexes for example."""

    code = "LimitExceededException"


class TransactionCanceled(AwsError):
    """The transaction was cancelled; CancellationReasons say why, action by action."""

    code = "TransactionCanceledException"


class TableNotFound(AwsError):
    """The table does not exist: what calls about backups say."""

    code = "TableNotFoundException"


class TableAlreadyExists(AwsError):
    """There is a table of that name, where one was to be restored."""

    code = "TableAlreadyExistsException"


class BackupNotFound(AwsError):
    """The backup does not exist."""

    code = "BackupNotFoundException"


class RecoveryUnavailable(AwsError):
    """Point-in-time recovery is not switched on for the table."""

    code = "PointInTimeRecoveryUnavailableException"


class InvalidRestoreTime(AwsError):
    """The table cannot be restored to that time."""

    code = "InvalidRestoreTimeException"


class TransactionConflict(AwsError):
    """Another transaction, which is under way, holds the item."""

    code = "TransactionConflictException"


class TransactionInProgress(AwsError):
    """A transaction with the same ClientRequestToken is under way."""

    code = "TransactionInProgressException"


class IdempotentParameterMismatch(AwsError):
    """The ClientRequestToken was used for another request."""

    code = "IdempotentParameterMismatchException"


class ConditionalCheckFailed(AwsError):
    """The condition of a write did not hold."""

    code = "ConditionalCheckFailedException"


def condition_failed(item: dict[str, Any] | None = None) -> ConditionalCheckFailed:
    """The refusal of a conditional write; `item` is shown where the caller asked for it."""
    details: dict[str, Any] = {} if item is None else {"Item": item}
    return ConditionalCheckFailed("The conditional request failed", **details)


def invalid(text: str) -> ValidationException:
    """A ValidationException that begins as DynamoDB's errors about parameter values do."""
    return ValidationException(INVALID + text)


def detected(*faults: str) -> ValidationException:
    """A refusal that lists every fault of a request's form."""
    count = "1 validation error" if len(faults) == 1 else f"{len(faults)} validation errors"
    return ValidationException(f"{count} detected: {'; '.join(faults)}")


def table_not_found(name: str | None = None) -> ResourceNotFound:
    """Control-plane calls name the table, data-plane calls do not."""
    about = f": Table: {name} not found" if name else ""
    return ResourceNotFound(f"Requested resource not found{about}")
