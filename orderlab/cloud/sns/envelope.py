"""What subscribers get to see: the JSON around a message, for queues, endpoints and functions.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
Differs from AWS: only what goes to HTTP endpoints bears a signature that can be verified.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from orderlab.cloud.contracts import Attributes, Content, OutgoingMessage
from orderlab.cloud.sns.notification import Notification
from orderlab.cloud.sns.topic import Subscription, Topic

# a placeholder for each subscriber's own link; random, so that no message contains it
_PLACE = secrets.token_hex(16)
_quoted = json.encoder.encode_basestring
# the type of `contracts.Queues.content_of`
ContentOf = Callable[[str, Attributes], Content]
_encode = json.JSONEncoder(ensure_ascii=False).encode


def timestamp(wall: float) -> str:
    """A time of day as AWS writes it: UTC with milliseconds."""
    return f"{_second(int(wall))}.{int(wall * 1000) % 1000:03d}Z"


@lru_cache(maxsize=4)
def _second(wall: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(wall))


def shown_attributes(message: Notification) -> dict[str, dict[str, str]]:
    """The attributes as subscribers see them: type and value."""
    return {
        name: {
            "Type": value["DataType"],
            "Value": value[
                "BinaryValue" if value["DataType"].startswith("Binary") else "StringValue"
            ],
        }
        for name, value in message.attributes.items()
    }


class Envelopes:
    """The envelopes of one message: what is the same for all subscribers is written once."""

    def __init__(self, topic: Topic, message: Notification, endpoint: str, wall: float) -> None:
        self._topic = topic
        self._message = message
        self._endpoint = endpoint
        self.timestamp = timestamp(wall)
        self._ready: dict[str, tuple[str, str]] = {}
        self._raw: Content | None = None
        self._outgoing: dict[bool, OutgoingMessage] = {}

    def members(self, subscription: Subscription) -> dict[str, Any]:
        """The envelope for one subscriber as an object."""
        message, text = self._message, self._message.text_for(subscription.protocol)
        found: dict[str, Any] = {
            "Type": "Notification",
            "MessageId": message.message_id,
            "SequenceNumber": message.sequence_number,
            "TopicArn": self._topic.arn,
            "Subject": message.subject,
            "Message": text,
            "Timestamp": self.timestamp,
            **self._signature(message.message_id, text),
            "UnsubscribeURL": self.unsubscribe_url(subscription),
            "MessageAttributes": shown_attributes(message) or None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def _signature(self, message_id: str, text: str) -> dict[str, str]:
        if self._topic.fifo:
            # messages of FIFO topics are not signed
            return {}
        return {
            "SignatureVersion": self._topic.attributes.get("SignatureVersion", "1"),
            "Signature": _look_alike(message_id, text),
            "SigningCertURL": f"{self._endpoint}/SimpleNotificationService.pem",
        }

    def unsubscribe_url(self, subscription: Subscription) -> str:
        """The link by which a subscriber unsubscribes."""
        return f"{self._endpoint}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}"

    def text(self, subscription: Subscription) -> str:
        """The envelope as JSON; only the link to unsubscribe differs between subscribers."""
        ready = self._ready.get(subscription.protocol)
        if ready is None:
            members = self.members(subscription)
            whole = as_json({**members, "UnsubscribeURL": _PLACE})
            head, _, tail = whole.rpartition(_PLACE)
            ready = self._ready[subscription.protocol] = (head, tail)
        return f"{ready[0]}{self.unsubscribe_url(subscription)}{ready[1]}"

    def raw_content(self, text: str, content_of: ContentOf) -> Content:
        """The message as queues that take it raw will hold it, checked once for all of them."""
        if self._raw is None:
            self._raw = content_of(text, self._message.attributes)
        return self._raw

    def outgoing(self, held: Content, *, fifo: bool) -> OutgoingMessage:
        """The message with this content on its way into a queue; one for all that take it raw."""
        if held is not self._raw:
            return self._new_outgoing(held, fifo)
        made = self._outgoing.get(fifo)
        if made is None:
            made = self._outgoing[fifo] = self._new_outgoing(held, fifo)
        return made

    def _new_outgoing(self, held: Content, fifo: bool) -> OutgoingMessage:
        message = self._message
        # A standard topic passes the group on, and a fair queue takes it as a tenant. A FIFO topic
        # passes it on to FIFO queues only, which keep the order of a group.
        return OutgoingMessage(
            held.body,
            held.attributes,
            system_attributes=_trace_attribute(message),
            group_id=message.group_id if fifo or not self._topic.fifo else None,
            deduplication_id=message.deduplication_id if fifo else None,
        )


def _trace_attribute(message: Notification) -> Mapping[str, Mapping[str, Any]]:
    if message.trace_header is None:
        return {}
    return {"AWSTraceHeader": {"DataType": "String", "StringValue": message.trace_header}}


def as_json(members: dict[str, Any]) -> str:
    """An envelope laid out as AWS lays it out, one member a line."""
    lines = [
        f'  "{name}" : {_quoted(value) if isinstance(value, str) else _encode(value)}'
        for name, value in members.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}"


def lambda_event(members: dict[str, Any], subscription: Subscription) -> bytes:
    """The event that a function gets; its names differ a little from the envelope's.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    """
    sns = {
        **members,
        "Subject": members.get("Subject"),
        "MessageAttributes": members.get("MessageAttributes", {}),
        # functions always get version 1, whatever the topic's version is
        "SignatureVersion": "1",
        "SigningCertUrl": members["SigningCertURL"],
        "UnsubscribeUrl": members["UnsubscribeURL"],
    }
    del sns["SigningCertURL"], sns["UnsubscribeURL"]
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": sns,
    }
    return json.dumps({"Records": [record]}, ensure_ascii=False).encode()


def _look_alike(message_id: str, text: str) -> str:
    """256 bytes in base64, as an RSA signature has; signing costs a millisecond a message."""
    seed = f"{message_id} {text}".encode("utf-8", "surrogatepass")
    return base64.b64encode(hashlib.shake_128(seed).digest(256)).decode()
