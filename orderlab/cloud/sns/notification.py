"""One published message: checked, and ready to be delivered.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.cloud import ids
from orderlab.cloud.contracts import Parameters
from orderlab.cloud.messaging.attributes import IDENTIFIER, NUMBER, as_sent
from orderlab.cloud.messaging.message_ids import new_id
from orderlab.cloud.sns.errors import (
    InvalidParameter,
    MissingParameter,
    ParameterValueInvalid,
)

MAX_SUBJECT = 100
MAX_NAME = 256

_NAME_FORBIDS = re.compile(r"[^\w\-.]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?", re.DOTALL)


@dataclass(slots=True)
class Notification:
    """`by_protocol` holds the texts of a message that differs by protocol."""

    message_id: str
    message: str
    by_protocol: Mapping[str, str]
    subject: str | None
    attributes: Mapping[str, Mapping[str, Any]]
    group_id: str | None
    deduplication_id: str | None
    size: int
    sequence_number: str | None = None
    ids: tuple[str, ...] = ()
    trace_header: str | None = None

    def text_for(self, protocol: str) -> str:
        """The text for subscribers of a protocol."""
        return self.by_protocol.get(protocol, self.message) if self.by_protocol else self.message


def notification(given: Parameters, place: str = "", trace: str | None = None) -> Notification:
    """A message from the parameters of Publish or an entry of PublishBatch.

    `place` is where the entry stands in the call, and `trace` the trace header of the request.
    Raises InvalidParameter, ParameterValueInvalid. Size and FIFO rules are the topic's business.
    """
    message = given.get("Message")
    if not isinstance(message, str) or not message:
        raise InvalidParameter("Empty message")
    attributes = {name: as_sent(value) for name, value in _attributes_of(given).items()}
    by_protocol = _by_protocol(given.get("MessageStructure"), message)
    size = len(message.encode("utf-8", "surrogatepass"))
    size += sum(_check_attribute(name, value, place) for name, value in attributes.items())
    return Notification(
        message_id=new_id(ids.source("notifications")),
        message=by_protocol.get("default", message) if by_protocol else message,
        by_protocol=by_protocol,
        subject=_subject(given.get("Subject")),
        attributes=attributes,
        group_id=_checked_id("MessageGroupId", given.get("MessageGroupId")),
        deduplication_id=_checked_id("MessageDeduplicationId", given.get("MessageDeduplicationId")),
        size=size,
        trace_header=trace,
    )


def _attributes_of(given: Parameters) -> Mapping[str, Any]:
    found = given.get("MessageAttributes") or {}
    if not isinstance(found, Mapping) or not all(
        isinstance(value, Mapping) for value in found.values()
    ):
        raise InvalidParameter("MessageAttributes")
    return found


def _subject(subject: Any) -> str | None:
    if subject is None:
        return None
    well_formed = isinstance(subject, str) and 0 < len(subject) <= MAX_SUBJECT
    if not well_formed or _CONTROL.search(subject) or subject[0].isspace():
        raise InvalidParameter("Subject")
    return str(subject)


def _by_protocol(structure: Any, message: str) -> dict[str, str]:
    if structure is None or structure == "":
        return {}
    if structure != "json":
        raise InvalidParameter("MessageStructure")
    try:
        document = json.loads(message)
    except (ValueError, RecursionError):
        raise InvalidParameter("Message Structure - JSON message body failed to parse") from None
    if not isinstance(document, dict) or not isinstance(document.get("default"), str):
        raise InvalidParameter("Message Structure - No default entry in JSON message body")
    return {name: text for name, text in document.items() if isinstance(text, str)}


def _checked_id(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise InvalidParameter(
            f"{name} Reason: {name} can only include alphanumeric and punctuation characters. "
            "1 to 128 in length."
        )
    return value


def _check_attribute(name: str, value: Mapping[str, Any], place: str) -> int:
    """The attribute's size in bytes."""
    _check_name(name)
    data_type = value.get("DataType")
    if data_type is None:
        raise MissingParameter(f"{place}messageAttributes.{name}.member.dataType")
    kind = _TYPE.fullmatch(data_type) if isinstance(data_type, str) else None
    if kind is None:
        raise ParameterValueInvalid(
            f"The message attribute '{name}' has an invalid message attribute type, the set of "
            "supported type prefixes is Binary, Number, and String."
        )
    field, other = ("Binary", "String") if kind[1] == "Binary" else ("String", "Binary")
    content = value.get(f"{field}Value")
    if content is None and value.get(f"{other}Value") is not None:
        raise ParameterValueInvalid(
            f"The message attribute '{name}' with type '{data_type}' must use field '{field}'."
        )
    if not isinstance(content, str) or not content:
        raise ParameterValueInvalid(
            f"The message attribute '{name}' must contain non-empty message attribute value for "
            f"message attribute type '{data_type}'."
        )
    if kind[1] == "Number":
        _check_number(name, content)
    return len(name) + len(data_type) + len(content.encode("utf-8", "surrogatepass"))


def _check_name(name: str) -> None:
    forbidden = _NAME_FORBIDS.search(name)
    reason = ""
    if not name:
        reason = "Message attribute name can not be empty."
    elif len(name) > MAX_NAME:
        reason = "Length of message attribute name must be less than 256 bytes."
    elif forbidden:
        reason = (
            f"Invalid non-alphanumeric character '#x{ord(forbidden[0]):X}' was found in the "
            "message attribute name. Can only include alphanumeric characters, hyphens, "
            "underscores, or dots."
        )
    elif name.startswith("."):
        reason = "Invalid message attribute name starting with character '.' was found."
    elif name.endswith("."):
        reason = "Invalid message attribute name ending with character '.' was found."
    elif ".." in name:
        reason = "Message attribute name can not have successive '.' character."
    elif name.lower().startswith(("aws.", "amazon.")):
        reason = "Message attribute name can not start with 'AWS.' or 'Amazon.'."
    if reason:
        raise ParameterValueInvalid(reason)


def _check_number(name: str, content: str) -> None:
    if not NUMBER.fullmatch(content):
        raise ParameterValueInvalid(f"Could not cast message attribute '{name}' value to number.")
