"""A queue's message in the form in which functions and pipes receive it.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import ReceivedMessage
from orderlab.cloud.messaging.attributes import as_sent, md5_of_attributes

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def event_record(message: ReceivedMessage, queue_arn: str) -> dict[str, Any]:
    """One entry of the event's `Records`."""
    attributes = {name: as_sent(value) for name, value in message.attributes.items()}
    record: dict[str, Any] = {
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": dict(message.system_attributes),
        "messageAttributes": {name: _attribute(value) for name, value in attributes.items()},
    }
    if attributes:
        record["md5OfMessageAttributes"] = md5_of_attributes(attributes)
    record["md5OfBody"] = message.md5_of_body
    record["eventSource"] = "aws:sqs"
    record["eventSourceARN"] = queue_arn
    record["awsRegion"] = queue_arn.split(":")[3]
    return record


def encoded(record: Mapping[str, Any]) -> bytes:
    """A record as JSON."""
    return _encode(record).encode("utf-8", "surrogatepass")


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if value.get("StringValue") is not None:
        shown["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        shown["binaryValue"] = value["BinaryValue"]
    shown["stringListValues"] = list(value.get("StringListValues") or [])
    shown["binaryListValues"] = list(value.get("BinaryListValues") or [])
    shown["dataType"] = value["DataType"]
    return shown
