"""X-Ray's address for OpenTelemetry: spans come as OTLP over HTTP, signed as other calls are.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html

Differs from AWS: traces are in X-Ray at once, whatever their segment destination is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.http import Response
from orderlab.cloud.telemetry.long_work import LongWork
from orderlab.cloud.xray.errors import BadSegment, InvalidRequest
from orderlab.cloud.xray.otlp_json import RESOURCE, SPAN, encoded
from orderlab.cloud.xray.protobuf import Malformed, Message
from orderlab.cloud.xray.registry import TraceRegistry
from orderlab.cloud.xray.segment import Segment
from orderlab.cloud.xray.spans import Attributes, attributes_of, segment_of, spans_of

# the right that a caller needs is called so: `xray:PutSpans`
OPERATION = "PutSpans"
_MOST_SPANS = 10_000
# bytes of a body that is read on the event loop
_READ_HERE = 64 * 1024
_PROTOBUF, _JSON = "application/x-protobuf", "application/json"


class SpanReceiver:
    """Answers `POST /v1/traces`."""

    def __init__(self, registry: TraceRegistry) -> None:
        self._registry = registry
        self._work = LongWork()
        self.handlers: dict[str, Handler] = {OPERATION: self._put}

    async def _put(self, call: Call, parameters: Parameters) -> Response:
        request = call.request
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (_PROTOBUF, _JSON):
            raise AwsError(
                f"The content type must be {_PROTOBUF} or {_JSON}.",
                code="UnsupportedMediaType",
                status=415,
            )
        if len(request.body) <= _READ_HERE:
            segments, refused = _read(request.body, kind)
        else:
            segments, refused = await self._work.run(_read, request.body, kind)
        for segment in segments:
            self._registry.put(segment)
        return _answer(kind, refused)


def _read(body: bytes, kind: str) -> tuple[list[Segment], int]:
    """The segments of a request, and how many of its spans cannot be segments.

    Raises InvalidRequest.
    """
    segments: list[Segment] = []
    refused = 0
    try:
        for span, resource in spans_of(Message(body)) if kind == _PROTOBUF else _in_json(body):
            if len(segments) + refused >= _MOST_SPANS:
                raise InvalidRequest(f"More than {_MOST_SPANS} spans in one request")
            try:
                segments.append(segment_of(span, resource))
            except BadSegment:
                refused += 1
    except (Malformed, RecursionError):
        raise InvalidRequest("The request is not in the form of OTLP.") from None
    return segments, refused


def _in_json(body: bytes) -> Iterator[tuple[Message, Attributes]]:
    """The spans of a request in JSON, each with its resource's attributes. Raises Malformed."""
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed from None
    for of_resource in _members(request, "resourceSpans"):
        resource = of_resource.get("resource") or {}
        attributes = attributes_of(Message(encoded(resource, RESOURCE)), 1)
        for of_scope in _members(of_resource, "scopeSpans"):
            for span in _members(of_scope, "spans"):
                yield Message(encoded(span, SPAN)), attributes


def _members(content: Any, name: str) -> list[dict[str, Any]]:
    found = content.get(name) or [] if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Malformed
    return found


def _answer(kind: str, refused: int) -> Response:
    """Success, or that some spans were refused, in the form of the request."""
    text = f"{refused} spans are not valid."
    if kind == _JSON:
        partly = {"partialSuccess": {"rejectedSpans": str(refused), "errorMessage": text}}
        return Response.json(partly if refused else {})
    form = {"partialSuccess": (1, {"rejectedSpans": (1, "number"), "errorMessage": (2, "text")})}
    content = {"partialSuccess": {"rejectedSpans": refused, "errorMessage": text}}
    body = encoded(content, form) if refused else b""
    return Response(200, body, [("content-type", _PROTOBUF)])
