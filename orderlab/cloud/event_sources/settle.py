"""What a function's answer says about its batch: which records failed.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any


def failed_identifiers(payload: bytes, known: Collection[str]) -> set[str]:
    """The records that a partial batch response names as failed.

    An answer that is empty or null, or names nothing, is a success. One that cannot be read, or
    names an empty or unknown record, makes the whole batch a failure.
    """
    try:
        answer = json.loads(payload) if payload.strip() else None
    except (ValueError, RecursionError):
        return set(known)
    if answer is None:
        return set()
    if not isinstance(answer, dict):
        return set(known)
    failures = answer.get("batchItemFailures")
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return set(known)
    named = [_identifier(item) for item in failures]
    if any(not identifier or identifier not in known for identifier in named):
        return set(known)
    return {str(identifier) for identifier in named}


def _identifier(item: Any) -> str | None:
    value = item.get("itemIdentifier") if isinstance(item, dict) else None
    return value if isinstance(value, str) else None


def first_failure(payload: bytes, sequence_numbers: Sequence[str]) -> int | None:
    """Where a stream's batch must be read again: the place of the lowest sequence number named.

    None if all succeeded. Records come in the order of their sequence numbers, so that the
    lowest is the first.
    """
    failed = failed_identifiers(payload, set(sequence_numbers))
    if not failed:
        return None
    return next(i for i, number in enumerate(sequence_numbers) if number in failed)
