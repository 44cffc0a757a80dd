"""What the three batch operations share: ids, limits, and an answer for each entry.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Parameters
from orderlab.cloud.sqs.errors import (
    BatchEntryIdsNotDistinct,
    EmptyBatchRequest,
    InvalidBatchEntryId,
    MissingParameter,
    TooManyEntriesInBatchRequest,
)
from orderlab.cloud.sqs.parameters import tables, text

MAX_ENTRIES = 10

_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")

Entry = dict[str, Any]


def entries_of(parameters: Parameters, operation: str) -> list[Entry]:
    """The entries of a batch, whose number and ids are as they must be."""
    entries = tables(parameters, "Entries")
    if not entries:
        raise EmptyBatchRequest(operation)
    if len(entries) > MAX_ENTRIES:
        raise TooManyEntriesInBatchRequest(len(entries))
    seen = set()
    for place, entry in enumerate(entries, 1):
        entry_id = text(entry, "Id")
        if entry_id is None:
            raise MissingParameter(f"{operation}RequestEntry.{place}.Id")
        if not _ENTRY_ID.fullmatch(entry_id):
            raise InvalidBatchEntryId
        if entry_id in seen:
            raise BatchEntryIdsNotDistinct(entry_id)
        seen.add(entry_id)
    return entries


def answer_each(entries: list[Entry], act: Callable[[Entry], Entry]) -> dict[str, list[Entry]]:
    """Do `act` for every entry; an error of one is its own and leaves the others alone."""
    done: list[Entry] = []
    failed: list[Entry] = []
    for entry in entries:
        try:
            done.append({"Id": entry["Id"], **act(entry)})
        except AwsError as error:
            failed.append(
                {
                    "Id": entry["Id"],
                    "SenderFault": True,
                    "Code": error.details.get("query_error_code", error.code),
                    "Message": getattr(error, "in_batch", "") or error.message,
                }
            )
    answer = {}
    if done:
        answer["Successful"] = done
    if failed:
        answer["Failed"] = failed
    return answer
