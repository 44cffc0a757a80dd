"""Calls of SQS and EventBridge that an HTTP API makes itself, as the integration's role.

The call takes the same way as one from outside: the role's permissions are asked, then the
service's own handler answers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.apigatewayv2.data.request import HttpRequest
from orderlab.cloud.apigatewayv2.data.values import Values
from orderlab.cloud.apigatewayv2.model.expressions import expression
from orderlab.cloud.apigatewayv2.model.service_calls import SERVICE_CALLS, ServiceCall
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Dispatch, Principal
from orderlab.cloud.http import Request, Response
from orderlab.cloud.protocols import query
from orderlab.cloud.protocols.operations import error_response


def _list_of(text: str) -> Any:
    """A list that is written as JSON; a text that is none stands for itself."""
    found = _json(text)
    return found if isinstance(found, list) else [text]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise HttpFailure(400, f"Not JSON: {text[:100]}", by_integration=True) from None


# parameters that are no texts, by what makes them of one
_TYPES: dict[str, Callable[[str], Any]] = {
    "AttributeNames": _list_of,
    "DelaySeconds": int,
    "MaxNumberOfMessages": int,
    "MessageAttributeNames": _list_of,
    "MessageAttributes": _json,
    "MessageSystemAttributes": _json,
    "Resources": _list_of,
    "VisibilityTimeout": int,
    "WaitTimeSeconds": int,
}


async def answer(
    dispatch: Dispatch, principal: Principal, request: HttpRequest, integration: Mapping[str, Any]
) -> Response:
    """What the service answers, errors included.

    Raises HttpFailure: 400 for parameters that are not such as the service takes, 503 if it takes
    too long.
    """
    subtype = SERVICE_CALLS[integration["IntegrationSubtype"]]
    found = _parameters(request, integration)
    region = found.pop("Region", request.api.region_name)
    parameters = {"Entries": [found]} if subtype.service == "events" else found
    call = _call(subtype, region, principal, parameters, request)
    request.endpoint_request_id = call.request_id
    try:
        async with asyncio.timeout(integration["TimeoutInMillis"] / 1000):
            result = await dispatch.perform(call, parameters, "json")
    except TimeoutError:
        raise HttpFailure(503, "The service did not answer in time", by_integration=True) from None
    except AwsError as error:
        protocol = "query" if subtype.service == "sqs" else "json"
        return error_response(error, protocol, call.request_id, subtype.service)
    if isinstance(result, Response):
        return result
    if subtype.service == "sqs":
        return query.response("sqs", subtype.operation, result, call.request_id)
    return Response.json(result, content_type="application/x-amz-json-1.1")


def _parameters(request: HttpRequest, integration: Mapping[str, Any]) -> dict[str, Any]:
    """The call's parameters; those whose mapping leads to nothing are left out."""
    values, found = Values(request), {}
    for name, source in integration["RequestParameters"].items():
        value = values.of(expression(source))
        if value is None:
            continue
        try:
            found[name] = _TYPES.get(name, str)(value)
        except ValueError:
            raise HttpFailure(400, f"Not a number: {value[:100]}", by_integration=True) from None
    return found


def _call(
    subtype: ServiceCall,
    region: str,
    principal: Principal,
    parameters: dict[str, Any],
    request: HttpRequest,
) -> Call:
    # handlers that look at the request find the parameters there as well
    body = json.dumps(parameters).encode("utf-8", "replace")
    headers = {"content-type": "application/x-amz-json-1.0", "x-amzn-trace-id": request.trace_id}
    http = Request("POST", "/", "", headers, body)
    return Call(subtype.service, subtype.operation, region, principal, http, str(uuid.uuid4()))
