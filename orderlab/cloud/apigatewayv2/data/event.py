"""The event of a function behind an HTTP API, in both payload formats.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
from typing import Any

from orderlab.cloud.apigateway.data.context import request_time
from orderlab.cloud.apigatewayv2.data.request import HttpRequest

# besides `text/...`; all else is in base64, forms too, and what says nothing of its type
_TEXTS = frozenset({"application/json", "application/javascript", "application/xml"})
# the names that headers of the gateway's own have in format 1.0
_NAMES_1_0 = {
    "content-length": "Content-Length",
    "host": "Host",
    "user-agent": "User-Agent",
    "x-amzn-trace-id": "X-Amzn-Trace-Id",
    "x-forwarded-for": "X-Forwarded-For",
    "x-forwarded-port": "X-Forwarded-Port",
    "x-forwarded-proto": "X-Forwarded-Proto",
}


def event_2_0(request: HttpRequest) -> dict[str, Any]:
    """Format 2.0. Members that are empty are left out."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": request.route.key,
        "rawPath": request.whole_path,
        "rawQueryString": request.http.query_string,
    }
    if request.cookies:
        event["cookies"] = request.cookies
    event["headers"] = request.headers
    if request.query:
        event["queryStringParameters"] = {k: ",".join(v) for k, v in request.query.items()}
    event["requestContext"] = context_2_0(request)
    if request.path_parameters:
        event["pathParameters"] = request.path_parameters
    if request.stage_variables:
        event["stageVariables"] = request.stage_variables
    return event | _body(request)


def context_2_0(request: HttpRequest) -> dict[str, Any]:
    """`requestContext` of format 2.0."""
    context: dict[str, Any] = {"accountId": request.api.account_id, "apiId": request.api.id}
    if request.identity is not None:
        context["authorizer"] = {"iam": _iam_2_0(request.identity)}
    elif request.authorizer is not None:
        context["authorizer"] = {"lambda": request.authorizer}
    return context | {
        "domainName": request.domain,
        "domainPrefix": request.api.id,
        "http": {
            "method": request.http.method,
            "path": request.whole_path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.http.source_ip,
            "userAgent": request.user_agent,
        },
        "requestId": request.id,
        "routeKey": request.route.key,
        "stage": request.stage_name,
        "time": request_time(request.epoch),
        "timeEpoch": int(request.epoch * 1000),
    }


def _iam_2_0(identity: dict[str, Any]) -> dict[str, Any]:
    return {
        "accessKey": identity["accessKey"],
        "accountId": identity["accountId"],
        "callerId": identity["caller"],
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": identity["userArn"],
        "userId": identity["user"],
    }


def event_1_0(request: HttpRequest) -> dict[str, Any]:
    """Format 1.0, which is that of REST APIs."""
    headers = {_NAMES_1_0.get(name, name): value for name, value in request.headers.items()}
    if request.cookies:
        headers["cookie"] = "; ".join(request.cookies)
    query = request.query
    return {
        "version": "1.0",
        "resource": request.route.path,
        "path": request.whole_path,
        "httpMethod": request.http.method,
        "headers": headers,
        "multiValueHeaders": {name: value.split(",") for name, value in headers.items()},
        "queryStringParameters": {name: each[-1] for name, each in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "requestContext": context_1_0(request),
        "pathParameters": request.path_parameters or None,
        "stageVariables": request.stage_variables or None,
        **{"body": None, **_body(request)},
    }


def context_1_0(request: HttpRequest) -> dict[str, Any]:
    """`requestContext` of format 1.0."""
    identity: dict[str, Any] = {
        "accessKey": None, "accountId": None, "caller": None, "cognitoAmr": None,
        "cognitoAuthenticationProvider": None, "cognitoAuthenticationType": None,
        "cognitoIdentityId": None, "cognitoIdentityPoolId": None, "principalOrgId": None,
        "sourceIp": request.http.source_ip, "user": None, "userAgent": request.user_agent,
        "userArn": None, **(request.identity or {}),
    }  # fmt: skip
    context: dict[str, Any] = {"accountId": request.api.account_id, "apiId": request.api.id}
    if request.authorizer is not None:
        principal = {"principalId": request.principal_id} if request.principal_id else {}
        context["authorizer"] = {**request.authorizer, **principal}
    return context | {
        "domainName": request.domain,
        "domainPrefix": request.api.id,
        "extendedRequestId": request.id,
        "httpMethod": request.http.method,
        "identity": identity,
        "path": request.whole_path,
        "protocol": "HTTP/1.1",
        "requestId": request.id,
        "requestTime": request_time(request.epoch),
        "requestTimeEpoch": int(request.epoch * 1000),
        "resourceId": request.route.key,
        "resourcePath": request.route.path,
        "stage": request.stage_name,
    }


def _body(request: HttpRequest) -> dict[str, Any]:
    """Text as it is; everything else in base64."""
    raw = request.http.body
    if not raw:
        return {"isBase64Encoded": False}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in _TEXTS:
        try:
            return {"body": raw.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
