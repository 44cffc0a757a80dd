"""Which operation of which service a request is, and an answer in that service's protocol."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isinf

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import JSON_1_0, Request, Response
from orderlab.cloud.protocols import cbor
from orderlab.cloud.protocols.wire_shapes import namespace_of

# Signing names that differ from the name botocore, and this package, use for the service.
SIGNING_NAMES = {
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
    "states": "stepfunctions",
    "email": "ses",
    "elasticloadbalancing": "elbv2",
    "elasticfilesystem": "efs",
}
# How the target of a JSON call begins, for the services that are served. Another beginning is
# another version, or another service.
_TARGETS = {
    "sqs": ("AmazonSQS",),
    "dynamodb": ("DynamoDB_20120810",),
    "dynamodbstreams": ("DynamoDBStreams_20120810",),
    "dax": ("AmazonDAXV3",),
    "logs": ("Logs_20140328",),
    "cloudwatch": ("GraniteServiceVersion20100801",),
    "resourcegroupstaggingapi": ("ResourceGroupsTaggingAPI_20170126",),
    "events": ("AWSEvents",),
}
_XML_FORBIDS = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# what a compressed body may become
MAX_UNPACKED_BYTES = 16 * 1024 * 1024
_XML_SERVICES = ("s3", "s3control", "cloudfront", "route53")
# services whose calls are forms, however little a call says about itself
_FORM_SERVICES = ("sqs", "sns", "iam", "sts", "cloudwatch")
_ACTION = re.compile(rb"(?:^|&)Action=([A-Za-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Identified:
    """A service and an operation. `protocol` is `json`, `query`, `ec2`, `cbor`, `rest` or `xml`."""

    service: str
    operation: str
    protocol: str


def identify(request: Request, signing_name: str) -> Identified:
    """Find the operation; for REST services it is left empty, their routes decide later."""
    service = SIGNING_NAMES.get(signing_name, signing_name)
    target = request.headers.get("x-amz-target")
    if target:
        prefix, _, operation = target.rpartition(".")
        # Tables and their streams have one signing name; the target tells them apart.
        if service == "dynamodb" and prefix.startswith("DynamoDBStreams"):
            service = "dynamodbstreams"
        if prefix not in _TARGETS.get(service, (prefix,)):
            operation = ""
        return Identified(service, operation, "json")
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Identified(service, request.path.rpartition("/")[2], "cbor")
    form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if form or "Action=" in request.query_string or service in _FORM_SERVICES:
        return Identified(service, action_of(request), "ec2" if service == "ec2" else "query")
    # both kinds of API Gateway sign alike
    if service == "apigateway" and request.path.startswith("/v2/"):
        service = "apigatewayv2"
    return Identified(service, "", "xml" if service in _XML_SERVICES else "rest")


def target_of(service: str, operation: str) -> str:
    """The X-Amz-Target of a call in JSON, for a service that is served."""
    return f"{_TARGETS[service][0]}.{operation}"


def action_of(request: Request) -> str:
    """The operation of a query call; empty if it names none. The rest of its form is not read."""
    for text in (request.body, request.query_string.encode("utf-8", "replace")):
        if match := _ACTION.search(text):
            return match[1].decode()
    return ""


def error_response(error: AwsError, protocol: str, request_id: str, service: str = "") -> Response:
    """An error in the form that clients of the protocol understand."""
    if protocol in _XML_ERRORS:
        return _xml_error(error, protocol, request_id, service)
    headers = [("x-amzn-requestid", request_id)]
    details = dict(error.details)
    query_code = details.pop("query_error_code", None)
    details.pop("query_message", None)
    if protocol == "rest":
        body = {"Type": "User" if error.status < 500 else "Service", "message": error.message}
        body.update(details)
        headers.append(("x-amzn-errortype", error.code))
        return Response.json(body, status=error.status, headers=headers)
    body = {"__type": error.code, "message": error.message, **details}
    if query_code:
        # Clients that were written for SQS's older protocol read the code in this header.
        headers.append(("x-amzn-query-error", f"{query_code};Sender"))
    if protocol == "cbor":
        return cbor_response(body, error.status, request_id)
    return Response.json(body, status=error.status, content_type=JSON_1_0, headers=headers)


def cbor_response(content: Mapping[str, object], status: int, request_id: str) -> Response:
    """An answer in Smithy's CBOR protocol."""
    headers = [
        ("content-type", "application/cbor"),
        ("smithy-protocol", "rpc-v2-cbor"),
        ("x-amzn-requestid", request_id),
    ]
    return Response(status, cbor.encode(content), headers)


_XML_ERRORS = {
    "query": "<ErrorResponse{xmlns}><Error><Type>{type}</Type><Code>{code}</Code>"
    "<Message>{message}</Message>{detail}</Error><RequestId>{id}</RequestId></ErrorResponse>",
    "ec2": "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    "</Errors><RequestID>{id}</RequestID></Response>",
    "xml": "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{id}</RequestId>"
    "</Error>",
}


def _xml_error(error: AwsError, protocol: str, request_id: str, service: str) -> Response:
    from xml.sax.saxutils import escape

    headers = [("content-type", "text/xml"), ("x-amzn-requestid", request_id)]
    if protocol == "query" and error.code == "UnknownOperationException":
        return Response(error.status, b"<UnknownOperationException/>\n", headers)
    namespace = namespace_of(service) if protocol == "query" else ""
    message = error.details.get("query_message", error.message)
    body = _XML_ERRORS[protocol].format(
        xmlns=f' xmlns="{namespace}"' if namespace else "",
        detail="<Detail/>" if service == "sqs" else "",
        type="Sender" if error.status < 500 else "Receiver",
        code=escape(error.details.get("query_error_code", error.code)),
        message=escape(_XML_FORBIDS.sub("?", message)),
        id=request_id,
    )
    return Response(error.status, body.encode("utf-8", "replace"), headers)


def with_plain_body(request: Request) -> Request:
    """The request with its body unpacked: SDKs compress large calls of some services.

    https://docs.aws.amazon.com/apprunner/latest/api/CommonErrors.html

    Raises AwsError if the body is not what its header says, or too large when it is unpacked.
    """
    encoding = request.headers.get("content-encoding", "")
    if encoding != "gzip":
        return request
    try:
        unpacker = zlib.decompressobj(wbits=31)
        body = unpacker.decompress(request.body, MAX_UNPACKED_BYTES)
    except zlib.error:
        raise AwsError(
            "The body is not in gzip form.", code="MalformedHttpRequestException"
        ) from None
    if unpacker.unconsumed_tail:
        raise AwsError(
            f"The request is larger than {MAX_UNPACKED_BYTES} bytes when it is unpacked.",
            code="RequestEntityTooLargeException",
            status=413,
        )
    return replace(request, body=body)


def json_parameters(request: Request) -> dict[str, object]:
    """The body of a JSON call. Raises SerializationException if it is not a JSON object."""
    try:
        parameters = _decoder.decode(_text(request.body)) if request.body else {}
        if b"\\ud" in request.body.lower():
            # Half a surrogate pair could be stored, but never encoded again.
            json.dumps(parameters, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise AwsError(
            "Could not parse request body into json", code="SerializationException"
        ) from None
    if not isinstance(parameters, dict):
        raise AwsError(
            "Start of structure or map found where not expected.", code="SerializationException"
        )
    return parameters


def _text(body: bytes) -> str:
    return body.decode(json.detect_encoding(body), "surrogatepass")


def _finite(text: str) -> float:
    found = float(text)
    if isinf(found):
        raise ValueError(f"{text} is too large")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


# `json.loads` would make one for every call
_decoder = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def cbor_parameters(request: Request) -> dict[str, object]:
    """The body of a CBOR call. Raises SerializationException if it is not a map."""
    try:
        parameters = cbor.decode(request.body) if request.body else {}
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        raise AwsError("Could not parse request body into cbor", code="SerializationException")
    return parameters
