"""Errors as numbers, text and details, from which the clients make DynamoDB's errors again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.dax.protocol import cbor, keys
from orderlab.cloud.dax.protocol.keys import KeySchema, NumberOf

# the first number: 1 the server's fault, try again; 4 the client's fault
_RETRY, _CLIENT = 1, 4
_OF_DYNAMODB = (37, 38, 39)
_NUMBERS = {
    "ProvisionedThroughputExceededException": 40,
    "ResourceNotFoundException": 41,
    "ConditionalCheckFailedException": 43,
    "ResourceInUseException": 45,
    "ValidationException": 46,
    "ItemCollectionSizeLimitExceededException": 48,
    "LimitExceededException": 49,
    "ThrottlingException": 50,
    "TransactionConflictException": 57,
    "TransactionCanceledException": 58,
    "TransactionInProgressException": 59,
    "IdempotentParameterMismatchException": 60,
    "RequestLimitExceeded": 61,
}
_ACCESS_DENIED = (37, 38, 42)
# what tells clients that they have to authorise their connection again
_NOT_AUTHORISED = (23, 31, 33)
_OF_KEYS = (
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "ExpiredTokenException",
)
_SUCCESS = b"\x80"


def success(content: bytes) -> bytes:
    """An answer: no error, and what the method returns."""
    return _SUCCESS + content


def failure(
    error: AwsError,
    request_id: str,
    *,
    schemas: list[KeySchema] | None = None,
    number_of: NumberOf | None = None,
) -> bytes:
    """An error as an answer.

    `schemas` are the key schemas of a transaction's tables, action by action, which the items among
    its cancellation reasons need.
    """
    numbers = [cbor.integer(number) for number in _numbers(error)]
    details = [cbor.text(request_id), cbor.text(error.code), cbor.integer(error.status)]
    reasons = error.details.get("CancellationReasons")
    if reasons is not None:
        details.append(_reasons(reasons, schemas or [], number_of))
    return cbor.array(numbers) + cbor.text(error.message) + cbor.array(details)


def _numbers(error: AwsError) -> tuple[int, ...]:
    if error.code in _OF_KEYS:
        return (_CLIENT, *_NOT_AUTHORISED)
    if error.code == "AccessDeniedException":
        return (_CLIENT, *_ACCESS_DENIED)
    number = _NUMBERS.get(error.code, 0)
    return (_RETRY if error.status >= 500 else _CLIENT, *_OF_DYNAMODB, number)


def _reasons(
    reasons: list[Mapping[str, Any]], schemas: list[KeySchema], number_of: NumberOf | None
) -> bytes:
    """Three values for each action: code, text, and the item without its key."""
    parts = []
    for at, reason in enumerate(reasons):
        parts.append(cbor.text(reason.get("Code", "None")))
        parts.append(cbor.text(reason["Message"]) if reason.get("Message") else cbor.NULL)
        item = reason.get("Item")
        if item and number_of is not None and at < len(schemas):
            raw = keys.encode_attributes(item, schemas[at], number_of)
            parts.append(cbor.binary(raw))
        else:
            parts.append(cbor.NULL)
    return cbor.array(parts)
