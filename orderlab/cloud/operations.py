"""Which operation of which service a request is, and an answer in that service's protocol."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import JSON_1_0, Request, Response

# Signing names that differ from the name botocore, and this package, use for the service.
SIGNING_NAMES = {"monitoring": "cloudwatch"}
_ACTION = re.compile(rb"(?:^|&)Action=([A-Za-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Identified:
    """A service and an operation. `protocol` is `json`, `query` or `rest`."""

    service: str
    operation: str
    protocol: str


def identify(request: Request, signing_name: str) -> Identified:
    """Find the operation; for REST services it is left empty, their routes decide later."""
    service = SIGNING_NAMES.get(signing_name, signing_name)
    target = request.headers.get("x-amz-target")
    if target:
        prefix, _, operation = target.rpartition(".")
        # tables and their streams sign alike and are told apart by the target
        if prefix.startswith("DynamoDBStreams"):
            service = "dynamodbstreams"
        return Identified(service, operation, "json")
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Identified(service, request.path.rpartition("/")[2], "cbor")
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/x-www-form-urlencoded"):
        return Identified(service, _action(request), "query")
    if "Action=" in request.query_string:
        return Identified(service, _action(request), "query")
    return Identified(service, "", "rest")


def _action(request: Request) -> str:
    """The operation of a query call; the rest of its form is read when it is needed."""
    for text in (request.body, request.query_string.encode()):
        if match := _ACTION.search(text):
            return match[1].decode()
    return ""


def error_response(error: AwsError, protocol: str, request_id: str) -> Response:
    """An error in the form that clients of the protocol understand."""
    headers = [("x-amzn-requestid", request_id)]
    if protocol == "query":
        return _query_error(error, request_id)
    if protocol == "rest":
        body = {"Type": "User" if error.status < 500 else "Service", "message": error.message}
        body.update(error.details)
        headers.append(("x-amzn-errortype", error.code))
        return Response.json(body, status=error.status, headers=headers)
    body = {"__type": error.code, "message": error.message, **error.details}
    if "query_error_code" in body:
        # SQS tells clients of its older protocol apart by this header
        headers.append(("x-amzn-query-error", f"{body.pop('query_error_code')};Sender"))
    return Response.json(body, status=error.status, content_type=JSON_1_0, headers=headers)


def _query_error(error: AwsError, request_id: str) -> Response:
    from xml.sax.saxutils import escape

    code = error.details.get("query_error_code", error.code)
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Response(
        error.status,
        body.encode(),
        [("content-type", "text/xml"), ("x-amzn-requestid", request_id)],
    )


def json_parameters(request: Request) -> dict[str, object]:
    """The body of a JSON call; AwsError if it is no JSON object."""
    try:
        parameters = json.loads(request.body or b"{}")
    except ValueError:
        raise AwsError("Could not parse request body into json", code="SerializationException") from None
    if not isinstance(parameters, dict):
        raise AwsError(
            "Start of structure or map found where not expected.", code="SerializationException"
        )
    return parameters
