"""Integrations at work: a function, or a call of SQS or EventBridge."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.apigatewayv2.data import service_integration
from orderlab.cloud.apigatewayv2.data.answer import answer_of
from orderlab.cloud.apigatewayv2.data.event import event_1_0, event_2_0
from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.apigatewayv2.data.functions import FunctionCalls
from orderlab.cloud.apigatewayv2.data.request import HttpRequest
from orderlab.cloud.apigatewayv2.data.transform import with_mapped_answer, with_mapped_parameters
from orderlab.cloud.contracts import Dispatch
from orderlab.cloud.http import Response


class IntegrationCalls:
    """Lets integrations answer."""

    def __init__(self, *, functions: FunctionCalls, dispatch: Dispatch) -> None:
        self._functions = functions
        self._dispatch = dispatch

    async def answer(self, request: HttpRequest) -> Response:
        """The integration's answer, mapped as it wants.

        Raises HttpFailure if there is none. Timeouts are in real seconds, as those of functions.
        """
        integration = request.route.integration
        if integration is None:
            raise HttpFailure(500, "The route has no integration")
        started = time.perf_counter()
        try:
            if integration.get("IntegrationSubtype"):
                answer = self._service(request, integration)
            else:
                answer = self._function(request, integration)
            response = await answer
        finally:
            request.integration_ms = (time.perf_counter() - started) * 1000
        request.integration_status = response.status
        mappings = (integration.get("ResponseParameters") or {}).get(str(response.status))
        return with_mapped_answer(request, response, mappings) if mappings else response

    async def _function(self, request: HttpRequest, integration: Mapping[str, Any]) -> Response:
        version = str(integration["PayloadFormatVersion"])
        mappings = integration.get("RequestParameters")
        seen = with_mapped_parameters(request, mappings) if mappings else request
        result = await self._functions.invoke(
            request,
            str(integration["IntegrationUri"]),
            event_2_0(seen) if version == "2.0" else event_1_0(seen),
            credentials=integration.get("CredentialsArn"),
            source_arn=request.source_arn,
            seconds=integration["TimeoutInMillis"] / 1000,
        )
        request.endpoint_status, request.endpoint_request_id = result.status, result.request_id
        if result.function_error:
            reason = "The Lambda function returned an error"
            raise HttpFailure(500, reason, by_integration=True)
        return answer_of(result.payload, version)

    async def _service(self, request: HttpRequest, integration: Mapping[str, Any]) -> Response:
        principal = self._functions.principal_of(request, integration["CredentialsArn"])
        response = await service_integration.answer(self._dispatch, principal, request, integration)
        request.endpoint_status = response.status
        return response
