"""Functions behind HTTP APIs: called as a service with a resource policy, or as a role.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.integrations.in_time import InTime
from orderlab.cloud.apigateway.data.integrations.roles import SERVICE, Roles
from orderlab.cloud.apigateway.data.stage_variables import with_stage_variables
from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.apigatewayv2.data.request import HttpRequest
from orderlab.cloud.apigatewayv2.model.functions import function_of
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Functions, Invocation, Principal

_NOT_PERMITTED = (
    "The IAM role configured on the integration or API Gateway doesn't have permissions to call "
    "the integration. Check the permissions and try again."
)


class FunctionCalls:
    """Invokes functions for integrations and authorizers."""

    def __init__(self, functions: Functions, roles: Roles) -> None:
        self._invoke = functions.invoke
        self._roles = roles
        self._in_time = InTime()

    async def invoke(
        self,
        request: HttpRequest,
        uri: str,
        event: Mapping[str, Any],
        *,
        credentials: str | None,
        source_arn: str,
        seconds: float,
    ) -> Invocation:
        """Run the function that a URI names, and wait so many seconds for it.

        `credentials` is the ARN of the role to call it as; without one the gateway calls as a
        service, on behalf of `source_arn`.

        Raises:
            HttpFailure: 500 for a function that is missing or may not be called, 413 for an event
                that is too long, 503 for one that is throttled or too slow.
        """
        function = function_of(with_stage_variables(uri, request))
        if function is None:
            raise HttpFailure(500, "Invalid function ARN or invalid URI", by_integration=True)
        calling = self._invoke(
            function,
            json.dumps(event, separators=(",", ":")).encode("utf-8", "replace"),
            principal=self.principal_of(request, credentials),
            source_arn=source_arn,
            trace_id=request.trace_id,
            surely_json=True,
        )
        try:
            return await self._in_time.wait(calling, seconds)
        except TimeoutError:
            reason = "The integration did not answer in time"
            raise HttpFailure(503, reason, by_integration=True) from None
        except AwsError as error:
            raise _failure_of(error) from None

    def principal_of(self, request: HttpRequest, credentials: str | None) -> Principal:
        """Who calls on behalf of a request. Raises HttpFailure (500) for a role of no use."""
        if not credentials:
            return Principal("service", SERVICE, request.api.account_id)
        try:
            return self._roles.principal_of(request, credentials)
        except GatewayFailure:
            raise HttpFailure(500, _NOT_PERMITTED, by_integration=True) from None

    async def stop(self) -> None:
        """End the calls that outlived their requests."""
        await self._in_time.stop()


def _failure_of(error: AwsError) -> HttpFailure:
    if error.status == 429:
        return HttpFailure(503, error.message, by_integration=True)
    if error.status == 413:
        return HttpFailure(413, error.message, by_integration=True)
    reason = _NOT_PERMITTED if error.status == 403 else f"{error.code}: {error.message}"
    return HttpFailure(500, reason, by_integration=True)
