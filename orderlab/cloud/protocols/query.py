"""AWS's query protocol: a form goes in, XML comes out, both shaped by botocore's service model.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import Request, Response
from orderlab.cloud.protocols.forms import form_fields
from orderlab.cloud.protocols.wire_shapes import WireShape, operation_shapes

# a value of the form is a text, or further names below it
Branch = dict[str, Any]


def form_of(request: Request) -> dict[str, str]:
    """All fields of a query call, from the query string and the body."""
    fields = dict(form_fields(request.query_string))
    if request.body:
        fields.update(form_fields(request.body.decode("utf-8", "replace")))
    return fields


def parameters(service: str, operation: str, request: Request) -> dict[str, Any]:
    """The parameters of a call as boto3 names them; empty for an operation nobody knows.

    The older address form of SQS, POST /ACCOUNT/QUEUE, gives the QueueUrl.
    Raises AwsError: MalformedInput.
    """
    return parameters_of(service, operation, form_of(request), request.path)


def parameters_of(
    service: str, operation: str, form: Mapping[str, str], path: str = "/"
) -> dict[str, Any]:
    """As `parameters`, for a form that is already read."""
    shapes = operation_shapes(service, operation)
    if shapes is None:
        return {}
    tree: Branch = {}
    for name, value in form.items():
        _plant(tree, name.split("."), value)
    found: dict[str, Any] = _read(shapes.input, tree) if shapes.input else {}
    if service == "sqs" and "QueueUrl" not in found and path.count("/") >= 2:
        found["QueueUrl"] = unquote(path)
    return found


def _plant(tree: Branch, path: list[str], value: str) -> None:
    for step in path[:-1]:
        below = tree.setdefault(step, {})
        if not isinstance(below, dict):
            return
        tree = below
    tree.setdefault(path[-1], value)


def _read(shape: WireShape, found: Any) -> Any:
    if shape.kind == "structure":
        return _read_structure(shape, found)
    if shape.kind == "list":
        assert shape.item is not None
        return [_read(shape.item, value) for value in _numbered(found, shape.item_name)]
    if shape.kind == "map":
        return _read_map(shape, found)
    return _scalar(shape.kind, found)


def _read_structure(shape: WireShape, found: Any) -> dict[str, Any]:
    branch = found if isinstance(found, dict) else {}
    result = {}
    for name, (wire_name, member) in shape.members.items():
        if wire_name in branch and branch[wire_name] != {}:
            result[name] = _read(member, branch[wire_name])
    return result


def _read_map(shape: WireShape, found: Any) -> dict[str, Any]:
    assert shape.item is not None
    result = {}
    for entry in _numbered(found, shape.item_name):
        if isinstance(entry, dict) and isinstance(entry.get(shape.key_name), str):
            result[entry[shape.key_name]] = _read(shape.item, entry.get(shape.value_name, ""))
    return result


def _numbered(found: Any, item_name: str) -> list[Any]:
    """The values below `item_name.1`, `item_name.2` ...; without a name below `1`, `2` ..."""
    if isinstance(found, dict) and item_name:
        found = found.get(item_name, found)
    if not isinstance(found, dict):
        return []
    numbers = sorted((int(key), key) for key in found if key.isdecimal())
    return [found[key] for _, key in numbers]


def _scalar(kind: str, found: Any) -> Any:
    text = found if isinstance(found, str) else ""
    if kind in ("integer", "long"):
        try:
            return int(text)
        except ValueError:
            raise _malformed(text, kind) from None
    if kind in ("float", "double"):
        try:
            return float(text)
        except ValueError:
            raise _malformed(text, kind) from None
    if kind == "boolean":
        return text.lower() == "true"
    return text


def _malformed(text: str, kind: str) -> AwsError:
    return AwsError(f"{text!r} is not a valid value of type {kind}.", code="MalformedInput")


def response(service: str, operation: str, result: Mapping[str, Any], request_id: str) -> Response:
    """A successful answer as XML; binary values may be bytes or base64 texts."""
    shapes = operation_shapes(service, operation)
    content, namespace = "", ""
    if shapes is not None:
        namespace = f' xmlns="{shapes.namespace}"'
        if shapes.output is not None:
            inner = _members(shapes.output, result)
            content = f"<{operation}Result>{inner}</{operation}Result>"
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
    # a bare carriage return would be read back as a line feed
    return escape(str(value), {"\r": "&#xD;"})
