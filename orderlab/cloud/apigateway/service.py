"""API Gateway: REST APIs, as AWS builds and serves them.

The control plane (`control/`) answers the calls that build an API; the data plane (`data/`) serves
what was deployed. Both work on the same `model/`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html
"""

from __future__ import annotations

from collections.abc import Callable

from orderlab.clock import Clock
from orderlab.cloud.apigateway.data.authorizers import LambdaAuthorizers
from orderlab.cloud.apigateway.data.gateway import Gateway, forbidden
from orderlab.cloud.apigateway.data.integrations.calls import IntegrationCalls
from orderlab.cloud.apigateway.data.integrations.function_calls import FunctionCalls
from orderlab.cloud.apigateway.data.integrations.roles import Roles
from orderlab.cloud.apigateway.data.lane import Lane
from orderlab.cloud.apigateway.data.parts import Parts
from orderlab.cloud.apigateway.data.recording import Recording
from orderlab.cloud.apigateway.data.throttling import Throttles
from orderlab.cloud.apigateway.data.tracing import StageTracing
from orderlab.cloud.apigateway.model.regions import ApiFinder, register
from orderlab.cloud.contracts import (
    Dispatch,
    Functions,
    Handler,
    Keys,
    Permissions,
    Telemetry,
    Traces,
)
from orderlab.cloud.http import Request, Response
from orderlab.cloud.settings import Settings


class ApiGateway:
    """The service: a `contracts.Service` for its calls, `contracts.Apis` for requests to APIs."""

    name = "apigateway"

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        keys: Keys,
        permissions: Permissions,
        telemetry: Telemetry,
        functions: Functions,
        dispatch: Dispatch,
        traces: Callable[[], Traces],
    ) -> None:
        """`functions` and `dispatch` carry out what methods are integrated with."""
        roles = Roles(permissions)
        calls = FunctionCalls(functions, roles)
        self._parts = Parts(
            clock=clock,
            keys=keys,
            permissions=permissions,
            throttles=Throttles(clock),
            authorizers=LambdaAuthorizers(clock=clock, functions=calls),
            integrations=IntegrationCalls(functions=calls, roles=roles, dispatch=dispatch),
            lane=Lane(),
        )
        recording = Recording(
            telemetry=telemetry, clock=clock, correlation_fields=settings.correlation_fields
        )
        self._gateway = Gateway(self._parts, recording, StageTracing(traces))
        self._account_id = settings.account_id
        self._find = ApiFinder(settings.account_id).find
        self.operations: dict[str, Handler] = {}

    async def start(self) -> None:
        """Take moto's place, and answer the calls of the control plane from now on."""
        # loaded now, and not when the cloud is made, since it takes a while
        from orderlab.cloud.apigateway.control.calls import ControlPlane
        from orderlab.cloud.apigateway.control.table import handlers

        register()
        parts = self._parts
        plane = ControlPlane(
            account_id=self._account_id,
            clock=parts.clock,
            roles=parts.permissions,
            lane=parts.lane,
            gateway=self._gateway,
            authorizers=parts.authorizers,
        )
        self.operations.update(handlers(plane))

    async def stop(self) -> None:
        """End what requests have left behind: functions that still run, threads."""
        await self._parts.integrations.stop()
        self._parts.lane.stop()

    async def execute(self, request: Request, *, api_id: str, stage: str, path: str) -> Response:
        """Answer one request to a deployed API. `path` is percent-encoded, after the stage."""
        found = self._find(api_id)
        if found is None:
            return forbidden()
        region, api = found
        settings = api.stages.get(stage)
        if settings is None or api.deployed[settings["deploymentId"]].endpoint_disabled:
            return forbidden()
        return await self._gateway.serve(request, region, api, settings, path)
