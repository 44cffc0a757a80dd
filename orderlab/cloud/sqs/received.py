"""A received message in the form of ReceiveMessage, with the attributes that were asked for.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orderlab.cloud.contracts import Parameters, ReceivedMessage
from orderlab.cloud.messaging.attributes import md5_of_attributes
from orderlab.cloud.sqs.errors import InvalidAttributeName
from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.parameters import texts

_SYSTEM_NAMES = frozenset(
    {
        "All",
        "SenderId",
        "SentTimestamp",
        "ApproximateReceiveCount",
        "ApproximateFirstReceiveTimestamp",
        "SequenceNumber",
        "MessageDeduplicationId",
        "MessageGroupId",
        "AWSTraceHeader",
        "DeadLetterQueueSourceArn",
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which attributes a receive asks for."""

    system: frozenset[str]
    exact: frozenset[str]
    prefixes: tuple[str, ...]

    @classmethod
    def read(cls, parameters: Parameters) -> Wanted:
        """Read the parameters; raises InvalidAttributeName for an unknown system attribute."""
        system = frozenset(texts(parameters, "AttributeNames"))
        system |= frozenset(texts(parameters, "MessageSystemAttributeNames"))
        for name in sorted(system - _SYSTEM_NAMES):
            raise InvalidAttributeName(name)
        names = texts(parameters, "MessageAttributeNames")
        prefixes = tuple(name[:-2] for name in names if name.endswith(".*"))
        if "All" in names or "*" in names:
            prefixes = ("",)
        return cls(system, frozenset(names), prefixes)

    def takes(self, name: str) -> bool:
        """Whether a message attribute of that name was asked for."""
        return name in self.exact or name.startswith(self.prefixes)


def as_result(message: Message, handle: str, wanted: Wanted) -> dict[str, Any]:
    """The message as an element of `Messages`."""
    result: dict[str, Any] = {
        "MessageId": message.id,
        "ReceiptHandle": handle,
        "MD5OfBody": message.md5_of_body,
        "Body": message.body,
    }
    if wanted.system:
        found = message.system_attributes()
        if "All" not in wanted.system:
            found = {name: value for name, value in found.items() if name in wanted.system}
        if found:
            result["Attributes"] = found
    attributes = {name: value for name, value in message.attributes.items() if wanted.takes(name)}
    if attributes:
        whole = len(attributes) == len(message.attributes)
        result["MessageAttributes"] = attributes
        result["MD5OfMessageAttributes"] = (
            message.md5_of_attributes if whole else md5_of_attributes(attributes)
        )
    return result


def as_received(message: Message, handle: str) -> ReceivedMessage:
    """The message as other services receive it, with everything that it has."""
    return ReceivedMessage(
        message_id=message.id,
        receipt_handle=handle,
        body=message.body,
        md5_of_body=message.md5_of_body,
        system_attributes=message.system_attributes(),
        attributes=message.attributes,
    )
