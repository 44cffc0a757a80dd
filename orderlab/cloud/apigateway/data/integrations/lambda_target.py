"""Calling a function from a method, as a service with a resource policy or as a role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from orderlab.cloud.apigateway.data.execution import Invocation
from orderlab.cloud.apigateway.data.failures import internal_error
from orderlab.cloud.apigateway.data.integrations.roles import SERVICE, principal_of
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Invocation as FunctionInvocation
from orderlab.cloud.contracts import Principal

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

_FUNCTION = re.compile(
    r":lambda:path/+2015-03-31/functions/(?P<function>arn:[^/]+|[^/]+)/invocations/?$"
)


def function_of(uri: str) -> str | None:
    """The function that an integration's URI names."""
    found = _FUNCTION.search(uri)
    return found["function"] if found else None


async def invoke(
    cloud: Cloud,
    invocation: Invocation,
    uri: str,
    payload: bytes,
    *,
    credentials: str | None,
    source_arn: str,
    asynchronous: bool = False,
) -> FunctionInvocation:
    """Run the function.

    A function that is missing, may not be called or is throttled ends the request with 500, as
    on AWS: the client learns nothing of what stands behind the API.
    """
    function = function_of(uri)
    if function is None:
        raise internal_error("Invalid function ARN or invalid URI of the integration")
    if credentials:
        principal = principal_of(cloud, invocation, credentials)
    else:
        principal = Principal("service", SERVICE, invocation.account_id)
    kind: Literal["Event", "RequestResponse"] = "Event" if asynchronous else "RequestResponse"
    try:
        return await cloud.functions.invoke(
            function,
            payload,
            principal=principal,
            source_arn=source_arn,
            invocation_type=kind,
            trace_id=str(invocation.context.get("xrayTraceId", "")),
        )
    except AwsError as error:
        raise internal_error(
            f"Execution failed due to configuration error: {error.code}: {error.message}"
            if error.status < 500 and error.status != 429
            else f"Lambda invocation failed with status: {error.status}. {error.message}"
        ) from None
