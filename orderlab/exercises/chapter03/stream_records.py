"""Records of a DynamoDB stream as a function gets them, and their values in plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """An item of DynamoDB's typed JSON as plain Python: `{"n": {"N": "3"}}` is `{"n": 3}`."""
    return {name: _plain(value) for name, value in item.items()}


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain text, whole numbers, lists and dictionaries as DynamoDB's typed JSON."""
    return {name: _typed(value) for name, value in values.items()}


def record(event_name: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """A stream record of the view type NEW_IMAGE about one order."""
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": 1_513_587_600,
        "Keys": {"order_id": {"S": stored["order_id"]}},
        "SequenceNumber": "100000000000000000001",
        "SizeBytes": 300,
        "StreamViewType": "NEW_IMAGE",
    }
    if event_name != "REMOVE":
        change["NewImage"] = typed(stored)
    return {
        "eventID": f"{event_name.lower()}-{stored['order_id']}",
        "eventName": event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": change,
    }


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, inner),) = value.items()
    if kind == "N":
        return int(inner)
    if kind == "M":
        return plain(inner)
    if kind == "L":
        return [_plain(each) for each in inner]
    return None if kind == "NULL" else inner


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": typed(value)}
    return {"L": [_typed(each) for each in value]}
