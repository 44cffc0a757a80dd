"""How a request to a deployed API is carried out: one list of steps.

1. receive: the API, the stage, its deployment; limits of size
2. match: the resource and the method
3. authorise: resource policy, IAM, Lambda authorizers
4. admit: API key, usage plan, throttling
5. validate: required parameters, the body's model
6. integration request: parameter mappings, mapping template, overrides
7. the integration itself
8. integration response: chosen by pattern, mapped, templated
9. account for it: logs, metrics, the recorder

A step that ends the request raises GatewayFailure, which becomes a gateway response.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from orderlab.cloud.apigateway.data.accounting import account_for
from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Invocation, OutgoingRequest
from orderlab.cloud.apigateway.data.failures import GatewayFailure, internal_error
from orderlab.cloud.apigateway.data.gateway_responses import gateway_response
from orderlab.cloud.apigateway.data.integrations import mock
from orderlab.cloud.apigateway.data.integrations.http_exchange import Exchanges
from orderlab.cloud.apigateway.data.lane import Lane
from orderlab.cloud.apigateway.data.steps.admit import Admission
from orderlab.cloud.apigateway.data.steps.authorise import Authorisation
from orderlab.cloud.apigateway.data.steps.call_integration import Background, call_integration
from orderlab.cloud.apigateway.data.steps.integration_request import integration_request
from orderlab.cloud.apigateway.data.steps.integration_response import integration_response
from orderlab.cloud.apigateway.data.steps.match import match_resource
from orderlab.cloud.apigateway.data.steps.receive import check_size, receive
from orderlab.cloud.apigateway.data.steps.validate import validate
from orderlab.cloud.apigateway.model.mappings import MappingError
from orderlab.cloud.apigateway.model.state import RestApi
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.http import Request, Response

if TYPE_CHECKING:
    from orderlab.cloud.apigateway.model.moto_seam import GatewayBackend
    from orderlab.cloud.cloud import Cloud

log = logging.getLogger("orderlab.cloud.apigateway")

# whose answers say in which trace they are
_TRACED = ("AWS", "AWS_PROXY", "HTTP")


class Gateway:
    """The data plane. `background` holds calls of functions that outlive their request."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.admission = Admission(cloud.clock)
        self.authorisation = Authorisation(cloud)
        self.background: Background = set()
        self.lane = Lane()
        self.exchanges = Exchanges()

    async def serve(
        self,
        request: Request,
        backend: GatewayBackend,
        api: RestApi,
        stage: dict[str, Any],
        path: str,
    ) -> Response:
        """Answer one request to a stage."""
        invocation = receive(
            request,
            api,
            stage,
            region=backend.region_name,
            account_id=backend.account_id,
            path=path,
            now=self._cloud.clock.wall(),
        )
        if self._logs_execution(stage):
            invocation.log = []
        try:
            response = await self._checked(invocation, backend)
            if invocation.method.integration.kind in _TRACED:
                response.headers.append(("x-amzn-trace-id", invocation.context["xrayTraceId"]))
        except GatewayFailure as failure:
            response = self._refusal(invocation, failure)
        response.headers += [
            ("x-amzn-requestid", invocation.request_id),
            ("x-amz-apigw-id", invocation.context["extendedRequestId"]),
        ]
        account_for(self._cloud, backend, invocation, response)
        return response

    async def _checked(self, invocation: Invocation, backend: GatewayBackend) -> Response:
        check_size(invocation)
        match_resource(invocation)
        await self.authorisation.check(invocation)
        self.admission.check(invocation, backend)
        return await self.carry_out(invocation)

    async def carry_out(self, invocation: Invocation) -> Response:
        """From validation on: what TestInvokeMethod does as well."""
        try:
            carry = self.lane.carry
            outgoing = await carry(invocation, None, lambda: _prepared(invocation))
            invocation.note(f"Sending request to {outgoing.uri}")
            answer = await self._call(invocation, outgoing)
            invocation.note(f"Received response. Status: {answer.status}")
            return await carry(invocation, answer, lambda: integration_response(invocation, answer))
        except (MappingError, TemplateError) as error:
            raise internal_error(f"Execution failed due to configuration error: {error}") from None
        except GatewayFailure:
            raise
        except Exception:
            log.exception("A request to API %s failed", invocation.api.id)
            raise internal_error("The local cloud failed; this is its own fault.") from None

    async def _call(self, invocation: Invocation, outgoing: OutgoingRequest) -> EndpointAnswer:
        if invocation.method.integration.kind == "MOCK":
            return await self.lane.carry(
                invocation, None, lambda: mock.answer(invocation, outgoing)
            )
        return await call_integration(
            self._cloud, self.background, self.exchanges, invocation, outgoing
        )

    def _refusal(self, invocation: Invocation, failure: GatewayFailure) -> Response:
        if failure.reason:
            invocation.note(failure.reason)
            log.info("API %s: %s", invocation.api.id, failure.reason)
        return gateway_response(invocation, failure)

    def _logs_execution(self, stage: dict[str, Any]) -> bool:
        settings = stage.get("methodSettings") or {}
        return any(each.get("loggingLevel") in ("INFO", "ERROR") for each in settings.values())


def _prepared(invocation: Invocation) -> OutgoingRequest:
    validate(invocation)
    return integration_request(invocation)


def forbidden() -> Response:
    """The answer where there is no such API or stage, or it is disabled."""
    return Response.json(
        {"message": "Forbidden"}, status=403, headers=[("x-amzn-errortype", "ForbiddenException")]
    )
