"""AWS: a call of another service's API, made as the integration's role.

The call takes the same way as one from outside: the role's permissions are asked, then the
service's own handler answers, so that what is forbidden or wrong fails as it does on AWS.

https://docs.aws.amazon.com/apigateway/latest/developerguide/integrating-api-with-aws-services.html
Differs from AWS: SQS, SNS and DynamoDB only.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Execution, OutgoingRequest
from orderlab.cloud.apigateway.data.failures import internal_error
from orderlab.cloud.apigateway.data.integrations.roles import Roles
from orderlab.cloud.apigateway.data.url_encoding import form_fields
from orderlab.cloud.apigateway.json_text import read_json
from orderlab.cloud.apigateway.model.integration_uris import SERVICES, ServiceUri, parse_uri
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Dispatch, Parameters, Principal
from orderlab.cloud.http import Request, Response
from orderlab.cloud.protocols import query, query_json
from orderlab.cloud.protocols.operations import action_of, error_response, target_of

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/x-amz-json-1.0"


async def answer(
    dispatch: Dispatch, roles: Roles, execution: Execution, outgoing: OutgoingRequest
) -> EndpointAnswer:
    """What the service answers, errors included.

    Raises:
        GatewayFailure: 500 if the integration's address or role is of no use.
    """
    uri = parse_uri(outgoing.uri)
    if uri is None or uri.service not in SERVICES:
        raise internal_error(f"The local cloud has no service integration for {outgoing.uri}")
    principal = _principal(roles, execution)
    request, operation, protocol = _request(uri, outgoing)
    if execution.request.stage.get("tracingEnabled"):
        request.headers.setdefault("x-amzn-trace-id", str(execution.context["xrayTraceId"]))
    request_id = str(uuid.uuid4())
    call = Call(uri.service, operation, uri.region, principal, request, request_id)
    wants_xml = "xml" in request.headers.get("accept", "")
    try:
        parameters = _parameters(call, protocol)
        result = await dispatch.perform(
            call, parameters, protocol, for_moto=partial(_for_moto, call, protocol)
        )
    except AwsError as error:
        return _error(error, protocol, request_id, uri.service, wants_xml)
    if isinstance(result, Response):
        return EndpointAnswer(result.status, Body(result.body), result.headers)
    return _success(call, result, protocol, wants_xml)


def _principal(roles: Roles, execution: Execution) -> Principal:
    credentials = execution.method.integration.credentials
    if not credentials:
        raise internal_error(
            "Execution failed due to configuration error: Invalid credentials: AWS service "
            "integrations need a role"
        )
    return roles.principal_of(execution.request, credentials)


def _request(uri: ServiceUri, outgoing: OutgoingRequest) -> tuple[Request, str, str]:
    """The request that the service gets, the operation, and the protocol: query or JSON."""
    headers = {name.lower(): value for name, value in outgoing.headers.items()}
    path, _, path_query = (uri.rest if uri.kind == "path" else "").partition("?")
    fields = [(name, value) for name, values in outgoing.query.items() for value in values]
    query_string = "&".join(part for part in (path_query, urlencode(fields)) if part)
    target = headers.get("x-amz-target", "")
    if uri.kind == "action":
        operation, _, rest = uri.rest.partition("&")
        if uri.service in ("dynamodb", "events"):
            target = target_of(uri.service, operation)
        else:
            query_string = "&".join(part for part in (query_string, rest) if part)
    request = Request(
        method=outgoing.method,
        path="/" + path.lstrip("/"),
        query_string=query_string,
        headers=headers,
        # services do not read the body of a GET
        body=b"" if outgoing.method == "GET" else outgoing.body,
    )
    if target:
        return request, target.rpartition(".")[2], "json"
    if _FORM not in headers.get("content-type", ""):
        # the gateway sends JSON unless the integration says otherwise, and JSON is not a form
        request = replace(request, body=b"")
    if uri.kind == "path":
        operation = action_of(request)
    return request, operation, "query"


def _parameters(call: Call, protocol: str) -> Parameters:
    request = call.request
    if protocol == "query":
        body = request.body.decode("utf-8", "replace").strip()
        fields = form_fields("&".join(part for part in (request.query_string, body) if part))
        return query.parameters_of(call.service, call.operation, fields, request.path)
    try:
        found: Any = read_json(request.body or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise AwsError("Could not parse request body into json", code="SerializationException")
    return found


def _for_moto(call: Call, protocol: str) -> Request:
    """The request with the marks by which moto tells services apart."""
    headers = {
        **call.request.headers,
        "host": f"{call.service}.{call.region}.amazonaws.com",
        "authorization": f"AWS4-HMAC-SHA256 Credential=AKIA/20260101/{call.region}/"
        f"{call.service}/aws4_request, SignedHeaders=host, Signature=0",
    }
    body = call.request.body
    if protocol == "json":
        headers["x-amz-target"] = target_of(call.service, call.operation)
        headers["content-type"] = _JSON
    else:
        fields = query.form_of(call.request)
        fields["Action"] = call.operation
        headers["content-type"], body = _FORM, urlencode(fields).encode()
    return Request("POST", "/", "", headers, body)


def _success(call: Call, result: Any, protocol: str, wants_xml: bool) -> EndpointAnswer:
    if protocol == "json":
        return EndpointAnswer(200, Body(_json(result)), [("Content-Type", _JSON)])
    if wants_xml:
        response = query.response(call.service, call.operation, result, call.request_id)
        return EndpointAnswer(200, Body(response.body), [("Content-Type", "text/xml")])
    content = query_json.content_of(call.service, call.operation, result, call.request_id)
    body = Body(_json(content))
    # the response template reads what was just written
    body.remember(content)
    return EndpointAnswer(200, body, [("Content-Type", "application/json")])


_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def _json(content: Any) -> bytes:
    return _encode(content).encode("utf-8", "replace")


def _error(
    error: AwsError, protocol: str, request_id: str, service: str, wants_xml: bool
) -> EndpointAnswer:
    if protocol == "json" or wants_xml:
        response = error_response(error, protocol, request_id, service)
        return EndpointAnswer(response.status, Body(response.body), response.headers)
    content = query_json.error_content(error, request_id)
    headers = [("Content-Type", "application/json")]
    return EndpointAnswer(error.status, Body(_json(content)), headers)
