"""What a message may hold: characters, sizes, attributes, groups.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Attributes, Content, OutgoingMessage
from orderlab.cloud.messaging.attributes import IDENTIFIER, NUMBER, as_sent, md5_of_attributes
from orderlab.cloud.sqs.errors import (
    InvalidMessageContents,
    InvalidParameterValue,
    MissingParameter,
    UnsupportedOperation,
)

MAX_ATTRIBUTES = 10
MAX_DELAY_SECONDS = 900

_FORBIDDEN_BYTES = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
_NON_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_ATTRIBUTE_NAME = re.compile(r"[\w\-.]{1,256}")
_TYPES = ("String", "Number", "Binary")


def content_of(body: str, attributes: Attributes) -> Content:
    """Check a message's body and attributes, whatever queue they are for."""
    if not body:
        raise MissingParameter("MessageBody")
    raw = encoded(body)
    sent: Attributes = attributes
    size = len(raw)
    if attributes:
        sent = {name: as_sent(value) for name, value in attributes.items()}
        size += check_attributes(sent)
    digest = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    return Content(body, sent, digest, md5_of_attributes(sent), size)


def encoded(text: str) -> bytes:
    """A text as UTF-8; InvalidMessageContents if it has characters that SQS does not take."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raise InvalidMessageContents from None
    if len(raw.translate(None, _FORBIDDEN_BYTES)) != len(raw):
        raise InvalidMessageContents
    if _NON_CHARACTERS[0] in raw or _NON_CHARACTERS[1] in raw:
        raise InvalidMessageContents
    return raw


def check_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> int:
    """Their size in bytes; InvalidParameterValue if one is not as SQS wants it."""
    if len(attributes) > MAX_ATTRIBUTES:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum "
            f"[{MAX_ATTRIBUTES}]."
        )
    return sum(_check_attribute(name, value) for name, value in attributes.items())


def _check_attribute(name: str, value: Any) -> int:
    _check_attribute_name(name)
    if not isinstance(value, Mapping) or not isinstance(value.get("DataType"), str | None):
        raise InvalidParameterValue(f"The message attribute '{name}' is malformed.")
    if value.get("StringListValues") or value.get("BinaryListValues"):
        raise UnsupportedOperation(
            "Message attribute list values in SendMessage operation are not supported."
        )
    data_type = value.get("DataType")
    if not data_type:
        raise InvalidParameterValue(
            f"Message (user) attribute '{name}' must contain a non-empty attribute type."
        )
    if data_type.partition(".")[0] not in _TYPES:
        raise InvalidParameterValue(
            f"The type of message (user) attribute '{name}' is invalid. You must use only the "
            "following supported type prefixes: Binary, Number, String."
        )
    if len(data_type) > 256:
        raise InvalidParameterValue("Message (user) attribute type must be shorter than 256 bytes.")
    return len(name.encode()) + len(data_type.encode()) + _check_value(name, data_type, value)


def _check_attribute_name(name: str) -> None:
    if not name:
        raise InvalidParameterValue(
            "The request must contain non-empty message (user) attribute names."
        )
    if len(name) > 256:
        raise InvalidParameterValue("Message (user) attribute name must be shorter than 256 bytes.")
    lowered = name.lower()
    well_formed = _ATTRIBUTE_NAME.fullmatch(name) and not (
        name.startswith(".") or name.endswith(".") or ".." in name
    )
    if not well_formed:
        raise InvalidParameterValue(
            f"The message attribute name '{name}' is invalid. Attribute name can contain A-Z, "
            "a-z, 0-9, underscore (_), hyphen (-), and period (.) characters."
        )
    if lowered.startswith(("aws.", "amazon.")):
        raise InvalidParameterValue(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. "
            "These strings are reserved for internal use."
        )


def _check_value(name: str, data_type: str, value: Mapping[str, Any]) -> int:
    binary = data_type.startswith("Binary")
    content = value.get("BinaryValue" if binary else "StringValue")
    if not isinstance(content, str) or not content:
        raise InvalidParameterValue(
            f"Message (user) attribute '{name}' must contain a non-empty value of type "
            f"'{data_type.partition('.')[0]}'."
        )
    if binary:
        try:
            return len(base64.b64decode(content, validate=True))
        except (binascii.Error, ValueError):
            raise InvalidParameterValue(
                f"The message attribute '{name}' holds a binary value that is no base64."
            ) from None
    if data_type.startswith("Number"):
        _check_number(name, content)
    try:
        return len(encoded(content))
    except InvalidMessageContents as error:
        raise InvalidParameterValue(error.message) from None


def _check_number(name: str, content: str) -> None:
    if not NUMBER.fullmatch(content):
        raise InvalidParameterValue(
            f"Can't cast the value of message (user) attribute '{name}' to a number."
        )


def check_system_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> None:
    """Only the trace header may be sent, and it must be a text."""
    for name, value in attributes.items():
        if name != "AWSTraceHeader":
            raise InvalidParameterValue(f"Message system attribute name '{name}' is invalid.")
        _check_attribute(name, value)
        if value.get("DataType") != "String":
            raise InvalidParameterValue(
                "The message system attribute 'AWSTraceHeader' must be of type 'String'."
            )


def check_addressing(message: OutgoingMessage, *, fifo: bool, content_based: bool) -> None:
    """Group, deduplication id and delay, by the kind of queue."""
    _check_id("MessageGroupId", message.group_id)
    _check_id("MessageDeduplicationId", message.deduplication_id)
    delay = message.delay_seconds
    if delay is not None and not 0 <= delay <= MAX_DELAY_SECONDS:
        raise InvalidParameterValue(
            f"Value {delay} for parameter DelaySeconds is invalid. "
            f"Reason: DelaySeconds must be >= 0 and <= {MAX_DELAY_SECONDS}."
        )
    if not fifo:
        if message.deduplication_id is not None:
            raise _not_for_this_type("MessageDeduplicationId", message.deduplication_id)
        return
    if delay:
        raise _not_for_this_type("DelaySeconds", delay)
    if not message.group_id:
        raise MissingParameter("MessageGroupId")
    if not message.deduplication_id and not content_based:
        raise InvalidParameterValue(
            "The queue should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )


def _check_id(name: str, value: str | None) -> None:
    if value is not None and not IDENTIFIER.fullmatch(value):
        raise InvalidParameterValue(
            f"Value {value} for parameter {name} is invalid. Reason: {name} can only include "
            "alphanumeric and punctuation characters. 1 to 128 in length."
        )


def _not_for_this_type(name: str, value: object) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Value {value} for parameter {name} is invalid. "
        "Reason: The request include parameter that is not valid for this queue type."
    )
