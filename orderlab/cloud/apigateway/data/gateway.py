"""How a request to a deployed API is carried out: one list of steps.

A step takes the parts that it works with and the execution, and changes the execution. It ends the
request by raising GatewayFailure, which becomes a gateway response.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-method-request.html
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterable
from typing import Any

from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.failures import GatewayFailure, internal_error
from orderlab.cloud.apigateway.data.gateway_responses import gateway_response
from orderlab.cloud.apigateway.data.parts import Parts, Step
from orderlab.cloud.apigateway.data.recording import Recording
from orderlab.cloud.apigateway.data.steps.admit import admit
from orderlab.cloud.apigateway.data.steps.authorise import authorise
from orderlab.cloud.apigateway.data.steps.call_integration import call_integration
from orderlab.cloud.apigateway.data.steps.map_request import map_request
from orderlab.cloud.apigateway.data.steps.map_response import map_response
from orderlab.cloud.apigateway.data.steps.match import match_resource
from orderlab.cloud.apigateway.data.steps.receive import check_size, receive
from orderlab.cloud.apigateway.data.steps.validate import validate
from orderlab.cloud.apigateway.data.tracing import StageTracing
from orderlab.cloud.apigateway.model.mappings import MappingError
from orderlab.cloud.apigateway.model.state import RegionState, RestApi
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.http import Request, Response

log = logging.getLogger("orderlab.cloud.apigateway")


def prepare(parts: Parts, execution: Execution) -> Awaitable[None] | None:
    """Check parameters and body, then make the integration request: work of the API's lane."""
    return parts.lane.carry(execution, _validate_and_map)


def _validate_and_map(execution: Execution) -> None:
    validate(execution)
    map_request(execution)


def respond(parts: Parts, execution: Execution) -> Awaitable[None] | None:
    """Choose and make the method response: work of the API's lane."""
    return parts.lane.carry(execution, map_response)


STEPS: tuple[Step, ...] = (
    check_size,  # 413 for what is larger than any request may be
    match_resource,  # the resource and the method that the path and the verb mean
    authorise,  # resource policy, IAM, Lambda authorizers
    admit,  # throttling, API key, usage plan
    prepare,  # required parameters, the body's model; mappings, mapping template, overrides
    call_integration,
    respond,  # the integration response, chosen by its pattern; mappings, template, overrides
)
# TestInvokeMethod leaves out who calls and how often
TEST_STEPS: tuple[Step, ...] = (match_resource, *STEPS[STEPS.index(prepare) :])

# integrations whose answers say in which trace they are
_TRACED = ("AWS", "AWS_PROXY", "HTTP")


class Gateway:
    """The data plane: answers requests to deployed APIs."""

    def __init__(self, parts: Parts, recording: Recording, tracing: StageTracing) -> None:
        self._parts = parts
        self._tracing = tracing
        self._note = recording.note

    async def serve(
        self, http: Request, region: RegionState, api: RestApi, stage: dict[str, Any], path: str
    ) -> Response:
        """Answer one request to a stage. `path` is percent-encoded and comes after the stage."""
        execution = receive(http, region, api, stage, path, now=self._parts.clock.wall())
        if _logs_execution(stage):
            execution.log = []
        traced = self._tracing.begin(execution)
        response = await self.carry_out(execution, STEPS)
        if traced is not None:
            self._tracing.end(traced, execution, response)
        if response is execution.response and execution.method.integration.kind in _TRACED:
            response.headers.append(("x-amzn-trace-id", execution.context["xrayTraceId"]))
        response.headers += [
            ("x-amzn-requestid", execution.request.id),
            ("x-amz-apigw-id", execution.context["extendedRequestId"]),
        ]
        self._note(execution, response)
        return response

    async def carry_out(self, execution: Execution, steps: Iterable[Step]) -> Response:
        """The response that the steps make, or the gateway response of the one that fails."""
        try:
            await self._take(execution, steps)
        except GatewayFailure as failure:
            if failure.reason:
                execution.note(failure.reason)
                log.info("API %s: %s", execution.request.api.id, failure.reason)
            return gateway_response(execution, failure)
        assert execution.response is not None
        return execution.response

    async def _take(self, execution: Execution, steps: Iterable[Step]) -> None:
        parts = self._parts
        try:
            for step in steps:
                waiting = step(parts, execution)
                if waiting is not None:
                    await waiting
        except GatewayFailure:
            raise
        except (MappingError, TemplateError) as error:
            raise internal_error(f"Execution failed due to configuration error: {error}") from None
        except Exception:
            log.exception("A request to API %s failed", execution.request.api.id)
            raise internal_error("The local cloud failed; this is its own fault.") from None


def _logs_execution(stage: dict[str, Any]) -> bool:
    settings = stage.get("methodSettings") or {}
    return any(each.get("loggingLevel") in ("INFO", "ERROR") for each in settings.values())


def forbidden() -> Response:
    """The answer where there is no such API or stage, or it is disabled."""
    return Response.json(
        {"message": "Forbidden"}, status=403, headers=[("x-amzn-errortype", "ForbiddenException")]
    )
