"""Calling a function for a request, as a service with a resource policy or as a role."""

from __future__ import annotations

from typing import Literal

from orderlab.cloud.apigateway.data.execution import Execution, OutgoingRequest
from orderlab.cloud.apigateway.data.failures import internal_error
from orderlab.cloud.apigateway.data.integrations.roles import SERVICE, Roles
from orderlab.cloud.apigateway.model.integration_uris import function_of
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Functions, Invocation, Principal


class FunctionCalls:
    """Invokes functions for methods and authorizers."""

    def __init__(self, functions: Functions, roles: Roles) -> None:
        self._invoke = functions.invoke
        self._roles = roles

    async def invoke(
        self,
        execution: Execution,
        uri: str,
        payload: bytes,
        *,
        credentials: str | None,
        source_arn: str,
        asynchronous: bool = False,
    ) -> Invocation:
        """Run the function that a URI names.

        `credentials` is the ARN of the role to call it as; without one the gateway calls as a
        service, on behalf of `source_arn`.

        Raises:
            GatewayFailure: 500 for a function that is missing, may not be called or is throttled,
                as on AWS: the client learns nothing of what stands behind the API.
        """
        function = function_of(uri)
        if function is None:
            raise internal_error("Invalid function ARN or invalid URI of the integration")
        if credentials:
            principal = self._roles.principal_of(execution.request, credentials)
        else:
            principal = Principal("service", SERVICE, execution.request.region.account_id)
        kind: Literal["Event", "RequestResponse"] = "Event" if asynchronous else "RequestResponse"
        try:
            return await self._invoke(
                function,
                payload,
                principal=principal,
                source_arn=source_arn,
                invocation_type=kind,
                trace_id=str(execution.context.get("xrayTraceId", "")),
            )
        except AwsError as error:
            raise internal_error(
                f"Execution failed due to configuration error: {error.code}: {error.message}"
                if error.status < 500 and error.status != 429
                else f"Lambda invocation failed with status: {error.status}. {error.message}"
            ) from None


def is_asynchronous(outgoing: OutgoingRequest) -> bool:
    """Whether the integration request asks for an invocation that is not waited for.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html
    """
    headers = {name.lower(): value for name, value in outgoing.headers.items()}
    return headers.get("x-amz-invocation-type", "").strip("'") == "Event"
