"""AWS's query protocol: a form goes in, XML comes out, both shaped by botocore's service model.

moto's serializer (`moto.core.serialize`) takes 7 to 20 times as long, has lost the element names
that SQS uses in XML, and fails on half of a surrogate pair, which JSON can put into a value.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from orderlab.cloud.http import Request, Response
from orderlab.cloud.protocols import query_json
from orderlab.cloud.protocols.form_values import read_form
from orderlab.cloud.protocols.forms import form_fields
from orderlab.cloud.protocols.wire_shapes import WireShape, operation_shapes

# what XML cannot hold, however it is written
_FORBIDDEN = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def form_of(request: Request) -> dict[str, str]:
    """All fields of a query call, from the query string and the body."""
    fields = dict(form_fields(request.query_string))
    if request.body:
        fields.update(form_fields(request.body.decode("utf-8", "replace")))
    return fields


def parameters(service: str, operation: str, request: Request) -> dict[str, Any]:
    """The parameters of a call as boto3 names them; empty for an operation that does not exist.

    The older address form of SQS, POST /ACCOUNT/QUEUE, gives the QueueUrl. Parameters that the
    operation does not have are left out, as AWS leaves them out. Raises AwsError: MalformedInput.
    """
    return parameters_of(service, operation, form_of(request), request.path)


def parameters_of(
    service: str, operation: str, form: Mapping[str, str], path: str = "/"
) -> dict[str, Any]:
    """As `parameters`, for a form that is already read."""
    shapes = operation_shapes(service, operation)
    if shapes is None:
        return {}
    found = read_form(shapes.input, form.items()) if shapes.input else {}
    if service == "sqs" and "QueueUrl" not in found and path.count("/") >= 2:
        found["QueueUrl"] = unquote(path)
    return found


def answer(
    service: str, operation: str, result: Mapping[str, Any], request_id: str, request: Request
) -> Response:
    """A successful answer in the form that the request accepts."""
    if query_json.wants_json(request):
        content = query_json.content_of(service, operation, result, request_id)
        return query_json.response(content, 200, request_id)
    return response(service, operation, result, request_id)


def response(service: str, operation: str, result: Mapping[str, Any], request_id: str) -> Response:
    """A successful answer as XML; binary values may be bytes or base64 texts."""
    shapes = operation_shapes(service, operation)
    content, namespace = "", ""
    if shapes is not None:
        namespace = f' xmlns="{shapes.namespace}"'
        if shapes.output is not None:
            inner = _members(shapes.output, result)
            name = f"{operation}Result"
            content = f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"
    body = (
        f'<?xml version="1.0"?><{operation}Response{namespace}>{content}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    headers = [("content-type", "text/xml"), ("x-amzn-requestid", request_id)]
    return Response(200, body.encode("utf-8", "replace"), headers)


def _members(shape: WireShape, values: Mapping[str, Any]) -> str:
    return "".join(
        _element(wire_name, member, values[name])
        for name, (wire_name, member) in shape.members.items()
        if values.get(name) is not None
    )


def _element(name: str, shape: WireShape, value: Any) -> str:
    if shape.kind == "structure":
        return f"<{name}>{_members(shape, value)}</{name}>"
    if shape.kind == "list":
        assert shape.item is not None
        items = (_element(shape.item_name or name, shape.item, item) for item in value)
        return "".join(items) if not shape.item_name else f"<{name}>{''.join(items)}</{name}>"
    if shape.kind == "map":
        return _map_element(name, shape, value)
    return f"<{name}>{_text(value)}</{name}>"


def _map_element(name: str, shape: WireShape, values: Mapping[str, Any]) -> str:
    assert shape.item is not None
    entry = shape.item_name or name
    entries = "".join(
        f"<{entry}><{shape.key_name}>{_text(key)}</{shape.key_name}>"
        f"{_element(shape.value_name, shape.item, value)}</{entry}>"
        for key, value in values.items()
    )
    return f"<{name}>{entries}</{name}>" if shape.item_name else entries


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    text = str(value)
    if not text.isprintable():
        text = _FORBIDDEN.sub("?", text)
    # a bare carriage return would be read back as a line feed
    return escape(text, {"\r": "&#xD;"})
