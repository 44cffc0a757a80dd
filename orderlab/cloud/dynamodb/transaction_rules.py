"""What both kinds of transactions have in common: reasons of a refusal, size, cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb.capacity import TRANSACTION_FACTOR, Consumed
from orderlab.cloud.dynamodb.errors import NOT_VALID, TransactionCanceled
from orderlab.cloud.dynamodb.table import Table
from orderlab.cloud.dynamodb.throttling import Throttled

MAX_BYTES = 4 * 1024 * 1024


def fitted(prepares: Sequence[Callable[[Table], Any]], tables: list[Table]) -> list[Any]:
    """Fit every action to its table; TransactionCanceled if one does not fit."""
    found: list[Any] = []
    reasons: list[dict[str, Any]] = []
    for prepare, table in zip(prepares, tables, strict=True):
        try:
            found.append(prepare(table))
            reasons.append({"Code": "None"})
        except ValidationException as error:
            # an empty key attribute is a fault of the whole call
            if error.message.startswith(NOT_VALID):
                raise
            reasons.append({"Code": "ValidationError", "Message": error.message})
    if len(found) < len(prepares):
        raise canceled(reasons)
    return found


def throttling_reason(error: Throttled) -> dict[str, Any]:
    """The cancellation reason of an action for which no units are left."""
    provisioned = error.code == "ProvisionedThroughputExceededException"
    code = "ProvisionedThroughputExceeded" if provisioned else "ThrottlingError"
    return {"Code": code, "Message": error.message}


def canceled(reasons: list[dict[str, Any]]) -> TransactionCanceled:
    """The error of a transaction, with a reason for each of its actions."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    return TransactionCanceled(
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        CancellationReasons=reasons,
    )


def doubled(consumed: Consumed) -> Consumed:
    """A transaction prepares and commits: each item costs twice."""
    return Consumed(
        consumed.table_name,
        consumed.kind,
        consumed.table * TRANSACTION_FACTOR,
        {name: units * TRANSACTION_FACTOR for name, units in consumed.global_indexes.items()},
        {name: units * TRANSACTION_FACTOR for name, units in consumed.local_indexes.items()},
    )


def sum_up(consumed: dict[str, Consumed], part: Consumed) -> None:
    """Add what one action consumed to the sum of its table."""
    if part.table_name in consumed:
        consumed[part.table_name].add(part)
    else:
        consumed[part.table_name] = part


def check_size(size: int) -> None:
    """Raise ValidationException for a transaction above 4 MB. `size` is in bytes."""
    if size > MAX_BYTES:
        raise ValidationException("Transaction size has exceeded the maximum allowed size")
