"""The JSON form of the query protocol, for callers that accept JSON, API Gateway among them.

Members without a value are null; maps of SQS are lists of names and values, as in its XML.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import Request, Response
from orderlab.cloud.protocols.wire_shapes import WireShape, operation_shapes

JSON_TYPE = "application/json"
# members that go by another name in this form
_RENAMED = {"sqs": {"Messages": "messages", "QueueUrls": "queueUrls"}}
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def wants_json(request: Request) -> bool:
    """Whether a query call asks for an answer in JSON."""
    accept = request.headers.get("accept", "")
    return "json" in accept and "xml" not in accept


def content_of(
    service: str, operation: str, result: Mapping[str, Any], request_id: str
) -> dict[str, Any]:
    """A successful answer, as what becomes JSON."""
    answer: dict[str, Any] = {"ResponseMetadata": {"RequestId": request_id}}
    shapes = operation_shapes(service, operation)
    if shapes is not None and shapes.output is not None:
        renamed = _RENAMED.get(service, {})
        found = _structure(shapes.output, result, listed=service == "sqs")
        answer = {
            f"{operation}Result": {renamed.get(name, name): found[name] for name in found},
            **answer,
        }
    return {f"{operation}Response": answer}


def _structure(shape: WireShape, values: Mapping[str, Any], *, listed: bool) -> dict[str, Any]:
    return {
        name: _value(member, values.get(name), listed=listed)
        for name, (_, member) in shape.members.items()
    }


def _value(shape: WireShape, value: Any, *, listed: bool) -> Any:
    if value is None:
        return None
    if shape.kind == "structure":
        return _structure(shape, value, listed=listed)
    if shape.kind == "list" and shape.item is not None:
        return [_value(shape.item, each, listed=listed) for each in value]
    if shape.kind == "map" and shape.item is not None:
        found = {key: _value(shape.item, each, listed=listed) for key, each in value.items()}
        if not listed:
            return found
        return [{shape.key_name: key, shape.value_name: each} for key, each in found.items()]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def error_content(error: AwsError, request_id: str) -> dict[str, Any]:
    """An error, as the query protocol puts it in JSON."""
    return {
        "Error": {
            "Code": error.details.get("query_error_code") or error.code,
            "Message": error.details.get("query_message", error.message),
            "Type": "Receiver" if error.status >= 500 else "Sender",
        },
        "RequestId": request_id,
    }


def encoded(content: Any) -> bytes:
    """JSON without blanks, as UTF-8. Half a surrogate pair becomes a question mark."""
    return _encode(content).encode("utf-8", "replace")


def response(content: Any, status: int, request_id: str) -> Response:
    """A response with that JSON as its body."""
    headers = [("content-type", JSON_TYPE), ("x-amzn-requestid", request_id)]
    return Response(status, encoded(content), headers)
