"""`$context`: what mapping templates, access logs and functions learn about a request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from orderlab.cloud.apigateway.data.execution import ApiRequest, Execution

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def request_time(seconds: float) -> str:
    """Common Log Format: `22/Nov/2026:19:36:56 +0000`."""
    t = time.gmtime(seconds)
    return (
        f"{t.tm_mday:02d}/{_MONTHS[t.tm_mon - 1]}/{t.tm_year}:"
        f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d} +0000"
    )


def extended_request_id() -> str:
    """The value of `x-amz-apigw-id`: 16 characters of base64."""
    return secrets.token_urlsafe(11).replace("_", "A").replace("-", "B")[:15] + "="


def new_context(request: ApiRequest, now: float, trace_id: str) -> dict[str, Any]:
    """The variables that are known before the resource is. `now` is in seconds since 1970."""
    http, api_id, stage = request.http, request.api.id, request.stage_name
    return {
        "accountId": request.region.account_id,
        "apiId": api_id,
        "deploymentId": request.deployed.deployment_id,
        "domainName": f"{api_id}.execute-api.{request.region.region_name}.amazonaws.com",
        "domainPrefix": api_id,
        "extendedRequestId": extended_request_id(),
        "httpMethod": http.method,
        "identity": {
            "accessKey": None,
            "accountId": None,
            "caller": None,
            "cognitoAuthenticationProvider": None,
            "cognitoAuthenticationType": None,
            "cognitoIdentityId": None,
            "cognitoIdentityPoolId": None,
            "principalOrgId": None,
            "sourceIp": http.source_ip,
            "user": None,
            "userAgent": http.headers.get("user-agent"),
            "userArn": None,
        },
        "path": f"/{stage}{request.path}",
        "protocol": "HTTP/1.1",
        "requestId": request.id,
        "requestTime": request_time(now),
        "requestTimeEpoch": int(now * 1000),
        "stage": stage,
        "xrayTraceId": trace_id,
    }


def add_resource(execution: Execution) -> None:
    """The variables that the matched method adds."""
    method, context = execution.method, execution.context
    context["resourceId"] = method.resource_id
    context["resourcePath"] = method.path
    if method.operation_name:
        context["operationName"] = method.operation_name


# members of $context that the event of a function does not have
_NOT_IN_EVENTS = ("xrayTraceId", "error", "responseOverride", "requestOverride", "integration")


def event_context(execution: Execution) -> dict[str, Any]:
    """`requestContext` of a function's event."""
    return {k: v for k, v in execution.context.items() if k not in _NOT_IN_EVENTS}
