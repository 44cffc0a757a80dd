"""OpenTelemetry's spans as segments of X-Ray.

OpenTelemetry's exporters for Lambda send spans to the daemon's address, in the form of OTLP.

https://docs.aws.amazon.com/xray/latest/devguide/xray-opentelemetry.html

Differs from AWS: links between spans and events other than exceptions are left out.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from orderlab.cloud.xray.errors import BadSegment
from orderlab.cloud.xray.protobuf import Malformed, Message
from orderlab.cloud.xray.segment import Segment, checked

# what comes before the spans of a trace that is sampled, or is not
SAMPLED, UNSAMPLED = b"T1S", b"T1U"
MAX_DEPTH = 20
_SERVER, _CLIENT, _CONSUMER = 2, 3, 5
_ERROR = 2
Attributes = dict[str, Any]


def read_spans(data: bytes) -> list[Segment]:
    """The segments of a request in OTLP's form, encoded as base64. Raises BadSegment."""
    try:
        request = Message(base64.b64decode(data, validate=True))
        return [segment_of(span, resource) for span, resource in spans_of(request)]
    except (binascii.Error, Malformed):
        raise BadSegment("ParseError") from None


def segment_of(span: Message, resource: Attributes) -> Segment:
    """A span as a segment. Raises BadSegment, Malformed."""
    document = _document(span, resource)
    return checked(document, len(json.dumps(document)))


def spans_of(request: Message) -> Iterator[tuple[Message, Attributes]]:
    """The spans of a request, each with its resource's attributes. Raises Malformed."""
    for of_resource in request.each(1):
        resource = attributes_of(of_resource.message(1), 1)
        for of_scope in of_resource.each(2):
            for span in of_scope.each(2):
                yield span, resource


def _document(span: Message, resource: Attributes) -> dict[str, Any]:
    trace_id, kind = span.bytes(1).hex(), span.number(6)
    attributes = attributes_of(span, 9)
    parent = span.bytes(4).hex()
    in_function = "faas.name" in resource or resource.get("cloud.platform") == "aws_lambda"
    own = not parent or (kind in (_SERVER, _CONSUMER) and not in_function)
    document: dict[str, Any] = {
        "id": span.bytes(2).hex(),
        "trace_id": f"1-{trace_id[:8]}-{trace_id[8:]}",
        "name": _name(span, kind, attributes, resource, own=own),
        "start_time": span.fixed(7) / 1e9,
        "end_time": span.fixed(8) / 1e9,
    }
    if parent:
        document["parent_id"] = parent
    if not own:
        document["type"] = "subsegment"
        if kind == _CLIENT:
            document["namespace"] = "aws" if _is_aws(attributes) else "remote"
    if http := _http(attributes):
        document["http"] = http
    if _is_aws(attributes):
        document["aws"] = _aws(attributes)
    return {**document, **_sorted(attributes), **_failure(span, attributes)}


def _name(
    span: Message, kind: int, attributes: Attributes, resource: Attributes, *, own: bool
) -> str:
    found = span.text(5)
    if own:
        found = str(resource.get("service.name") or found)
    elif kind == _CLIENT:
        peers = ("peer.service", "rpc.service", "server.address", "net.peer.name")
        found = str(next((attributes[name] for name in peers if attributes.get(name)), found))
    return found[:200] or "span"


def _is_aws(attributes: Attributes) -> bool:
    return attributes.get("rpc.system") == "aws-api"


def _aws(attributes: Attributes) -> dict[str, Any]:
    """What was called, under the names of X-Ray's SDK."""
    names = {
        "operation": ("rpc.method", "aws.operation"),
        "region": ("cloud.region", "aws.region"),
        "request_id": ("aws.request_id",),
        "queue_url": ("aws.sqs.queue.url", "aws.queue_url"),
        "table_name": ("aws.table_name",),
    }
    found = {
        name: next((attributes[each] for each in given if attributes.get(each)), None)
        for name, given in names.items()
    }
    tables = attributes.get("aws.dynamodb.table_names")
    if isinstance(tables, list) and len(tables) == 1:
        found["table_name"] = tables[0]
    return {name: value for name, value in found.items() if value}


def _http(attributes: Attributes) -> dict[str, Any]:
    names = {
        "method": ("http.request.method", "http.method"),
        "url": ("url.full", "http.url"),
        "user_agent": ("user_agent.original", "http.user_agent"),
        "client_ip": ("client.address", "http.client_ip"),
    }
    request = {
        name: next(str(attributes[each]) for each in given if each in attributes)
        for name, given in names.items()
        if any(each in attributes for each in given)
    }
    status = _status(attributes)
    response = {} if status is None else {"response": {"status": status}}
    return {**({"request": request} if request else {}), **response}


def _status(attributes: Attributes) -> int | None:
    found = attributes.get("http.response.status_code", attributes.get("http.status_code"))
    return found if isinstance(found, int) else None


def _sorted(attributes: Attributes) -> dict[str, Any]:
    """Annotations are the attributes that `aws.xray.annotations` names; the others are metadata."""
    named = attributes.get("aws.xray.annotations")
    names = set(map(str, named)) if isinstance(named, list) else set()
    annotations = {name: value for name, value in attributes.items() if name in names}
    rest = {name: value for name, value in attributes.items() if name not in names}
    return {
        **({"annotations": annotations} if annotations else {}),
        **({"metadata": {"default": rest}} if rest else {}),
    }


def _failure(span: Message, attributes: Attributes) -> dict[str, Any]:
    status = _status(attributes)
    if span.message(15).number(3) != _ERROR and (status is None or status < 400):
        return {}
    exceptions = []
    for number, event in enumerate(span.messages(11)):
        if event.text(2) == "exception":
            found = attributes_of(event, 3)
            exceptions.append(
                {
                    "id": f"{number:016x}",
                    "type": str(found.get("exception.type", "")),
                    "message": str(found.get("exception.message", "")),
                }
            )
    is_error = status is not None and 400 <= status < 500
    failure: dict[str, Any] = {"error" if is_error else "fault": True}
    if status == 429:
        failure["throttle"] = True
    return {**failure, **({"cause": {"exceptions": exceptions}} if exceptions else {})}


def attributes_of(message: Message, field: int) -> Attributes:
    """The attributes in a field. Raises Malformed."""
    return {each.text(1): _value(each.message(2)) for each in message.messages(field)}


def _value(message: Message, depth: int = 0) -> Any:
    """The value of an attribute. Raises Malformed for one that is nested too deep."""
    if depth > MAX_DEPTH:
        raise Malformed
    if 2 in message:
        return bool(message.number(2))
    if 3 in message:
        found = message.number(3)
        return found - (1 << 64) if found >= 1 << 63 else found
    if 4 in message:
        return message.double(4)
    if 5 in message:
        return [_value(each, depth + 1) for each in message.message(5).messages(1)]
    if 6 in message:
        entries = message.message(6).messages(1)
        return {each.text(1): _value(each.message(2), depth + 1) for each in entries}
    if 7 in message:
        return message.bytes(7).hex()
    return message.text(1)
