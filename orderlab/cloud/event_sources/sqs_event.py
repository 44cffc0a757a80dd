"""A queue's message in the form that functions receive it.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import ReceivedMessage


def event_record(message: ReceivedMessage, queue_arn: str) -> dict[str, Any]:
    """One entry of the event's `Records`."""
    record: dict[str, Any] = {
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": dict(message.system_attributes),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.attributes.items()
        },
    }
    if message.attributes:
        record["md5OfMessageAttributes"] = md5_of_attributes(message.attributes)
    record["md5OfBody"] = message.md5_of_body
    record["eventSource"] = "aws:sqs"
    record["eventSourceARN"] = queue_arn
    record["awsRegion"] = queue_arn.split(":")[3]
    return record


def encoded(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if value.get("StringValue") is not None:
        shown["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        shown["binaryValue"] = base64.b64encode(_binary(value["BinaryValue"])).decode()
    shown["stringListValues"] = list(value.get("StringListValues") or [])
    shown["binaryListValues"] = list(value.get("BinaryListValues") or [])
    shown["dataType"] = value["DataType"]
    return shown


def _binary(value: Any) -> bytes:
    # JSON carries binary values as base64
    return base64.b64decode(value) if isinstance(value, str) else bytes(value)


def md5_of_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> str:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html"""
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        value = attributes[name]
        _add(digest, name.encode())
        _add(digest, str(value["DataType"]).encode())
        if value.get("BinaryValue") is not None:
            digest.update(b"\x02")
            _add(digest, _binary(value["BinaryValue"]))
        else:
            digest.update(b"\x01")
            _add(digest, str(value.get("StringValue", "")).encode())
    return digest.hexdigest()


def _add(digest: Any, part: bytes) -> None:
    digest.update(len(part).to_bytes(4, "big") + part)
