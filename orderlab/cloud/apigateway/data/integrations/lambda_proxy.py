"""AWS_PROXY: the whole request as a function's event, its result as the whole answer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.context import event_context
from orderlab.cloud.apigateway.data.execution import (
    ApiRequest,
    EndpointAnswer,
    Execution,
    OutgoingRequest,
)
from orderlab.cloud.apigateway.data.failures import GatewayFailure, internal_error
from orderlab.cloud.apigateway.data.headers import DROPPED_FROM_REQUEST
from orderlab.cloud.apigateway.data.integrations.function_calls import (
    FunctionCalls,
    is_asynchronous,
)
from orderlab.cloud.apigateway.data.media_types import accepts_binary, is_binary
from orderlab.cloud.apigateway.vtl.java import string_of

_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "cookies"}
MAX_ANSWER_BYTES = 10 * 1024 * 1024


async def answer(
    functions: FunctionCalls, execution: Execution, outgoing: OutgoingRequest
) -> EndpointAnswer:
    """What the function answers.

    Raises:
        GatewayFailure: 502 if the handler raises, or what it returns has the wrong form.
    """
    if outgoing.method != "POST":
        raise internal_error("Execution failed due to configuration error: POST must be used")
    event = json.dumps(event_of(execution), separators=(",", ":"))
    asynchronous = is_asynchronous(outgoing)
    result = await functions.invoke(
        execution,
        outgoing.uri,
        event.encode(),
        credentials=execution.method.integration.credentials,
        source_arn=execution.source_arn,
        asynchronous=asynchronous,
    )
    if asynchronous:
        return EndpointAnswer(result.status, Body())
    if result.function_error:
        raise internal_error("Execution failed due to an error of the function", 502)
    return _read(execution.request, result.payload)


def event_of(execution: Execution) -> dict[str, Any]:
    """The event of a REST API, payload format 1.0. Parameter mappings do not show in it."""
    request = execution.request
    query, headers = request.query, event_headers(execution)
    binary = is_binary(request.header("content-type"), request.deployed.binary_media_types)
    body: str | None = None
    if raw := execution.body.raw:
        body = base64.b64encode(raw).decode() if binary else execution.body.text
    return {
        "resource": execution.method.path,
        "path": request.path,
        "httpMethod": request.http.method,
        "headers": {name: values[-1] for name, values in headers.items()} or None,
        "multiValueHeaders": headers or None,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": execution.path_parameters or None,
        "stageVariables": request.stage_variables or None,
        "requestContext": event_context(execution),
        "body": body,
        "isBase64Encoded": bool(body) and binary,
    }


def event_headers(execution: Execution) -> dict[str, list[str]]:
    """Every header by the name the client wrote, and those that the gateway adds."""
    found: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    http = execution.request.http
    for name, value in http.raw_headers or http.headers.items():
        lower = name.lower()
        if lower in DROPPED_FROM_REQUEST or (
            lower == "authorization" and _is_signed(execution, value)
        ):
            continue
        found.setdefault(names.setdefault(lower, name), []).append(value)
    if not execution.request.is_test:
        _add_forwarding(execution, found, names)
    return found


def _is_signed(execution: Execution, authorization: str) -> bool:
    """Whether an Authorization header is AWS's own: no back end gets to see it."""
    kind = execution.method.authorization_type
    return kind == "AWS_IAM" or authorization.startswith("AWS4-HMAC-SHA256")


def _add_forwarding(
    execution: Execution, found: dict[str, list[str]], names: dict[str, str]
) -> None:
    source = execution.request.http.source_ip
    before = execution.request.header("x-forwarded-for")
    added = {
        "Host": execution.context["domainName"],
        "X-Amzn-Trace-Id": execution.context["xrayTraceId"],
        "X-Forwarded-For": f"{before}, {source}" if before else source,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    for name, value in added.items():
        found.pop(names.get(name.lower(), name), None)
        names[name.lower()] = name
        found[name] = [value]


def _read(request: ApiRequest, payload: bytes) -> EndpointAnswer:
    malformed = internal_error(
        "Execution failed due to configuration error: Malformed Lambda proxy response", 502
    )
    try:
        result = json.loads(payload)
    except (ValueError, RecursionError):
        raise malformed from None
    if not isinstance(result, dict) or set(result) - _MEMBERS:
        raise malformed
    status = _status(result.get("statusCode", 200))
    body = result.get("body")
    if status is None or not (body is None or isinstance(body, str)):
        raise malformed
    headers = _answer_headers(result)
    if headers is None:
        raise malformed
    content = (body or "").encode("utf-8", "replace")
    if result.get("isBase64Encoded") is True and accepts_binary(request):
        try:
            content = base64.b64decode(content, validate=True)
        except (ValueError, binascii.Error):
            raise internal_error("Unable to base64 decode the body", 500) from None
    if len(content) > MAX_ANSWER_BYTES:
        raise GatewayFailure("DEFAULT_5XX", status=500, reason="The answer is too long")
    return EndpointAnswer(status, Body(content), headers)


def _status(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 200 <= value <= 599 else None


def _answer_headers(result: dict[str, Any]) -> list[tuple[str, str]] | None:
    """Single and multiple headers merged; None if they have the wrong form."""
    single = result.get("headers") or {}
    multiple = result.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(multiple, dict):
        return None
    headers: list[tuple[str, str]] = []
    for name, values in multiple.items():
        if not isinstance(values, list) or any(isinstance(v, dict | list) for v in values):
            return None
        headers += [(name, _one_line(value)) for value in values]
    given = {(name.lower(), value) for name, value in headers}
    for name, value in single.items():
        if isinstance(value, dict | list):
            return None
        if value is not None and (name.lower(), _one_line(value)) not in given:
            headers.append((name, _one_line(value)))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return [(name.lower(), value) for name, value in headers]


def _one_line(value: Any) -> str:
    return string_of(value).replace("\r", " ").replace("\n", " ")
