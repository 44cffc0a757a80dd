"""HTTP APIs: their operations, and requests to them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
Differs from AWS: no custom domain names, VPC links, mutual TLS, portals or OpenAPI documents.
"""

from __future__ import annotations

from orderlab.clock import Clock
from orderlab.cloud.apigateway.data.integrations.roles import Roles
from orderlab.cloud.apigateway.data.throttling import Throttles
from orderlab.cloud.apigatewayv2.control.calls import ControlPlane
from orderlab.cloud.apigatewayv2.control.table import handlers
from orderlab.cloud.apigatewayv2.data.authorizers import LambdaAuthorizers
from orderlab.cloud.apigatewayv2.data.functions import FunctionCalls
from orderlab.cloud.apigatewayv2.data.gateway import Gateway
from orderlab.cloud.apigatewayv2.data.integrations import IntegrationCalls
from orderlab.cloud.apigatewayv2.data.recording import Recording
from orderlab.cloud.apigatewayv2.model.state import Registry
from orderlab.cloud.contracts import (
    Dispatch,
    Functions,
    Handler,
    Keys,
    Permissions,
    Telemetry,
)
from orderlab.cloud.http import Request, Response
from orderlab.cloud.settings import Settings

_PREFIX = "/_aws/execute-api/"


class HttpApiService:
    """The service: a `contracts.Service` for its calls, and the answers of its APIs."""

    name = "apigatewayv2"

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
    ) -> None:
        """`functions` and `dispatch` carry out what routes are integrated with."""
        self.registry = Registry(settings.account_id)
        self._functions = FunctionCalls(functions, Roles(permissions))
        authorizers = LambdaAuthorizers(clock=clock, functions=self._functions)
        throttles = Throttles(clock)
        self._gateway = Gateway(
            clock=clock,
            keys=keys,
            permissions=permissions,
            throttles=throttles,
            authorizers=authorizers,
            integrations=IntegrationCalls(functions=self._functions, dispatch=dispatch),
            recording=Recording(
                telemetry=telemetry, clock=clock, correlation_fields=settings.correlation_fields
            ),
        )
        self.operations: dict[str, Handler] = handlers(
            ControlPlane(self.registry, clock, permissions, authorizers.forget, throttles.forget)
        )

    async def start(self) -> None:
        """Nothing runs before there is an API."""

    async def stop(self) -> None:
        """End the functions that outlived their requests."""
        await self._functions.stop()

    def has(self, api_id: str) -> bool:
        """Whether an HTTP API has that id."""
        return self.registry.find(api_id) is not None

    async def execute(self, request: Request, api_id: str) -> Response:
        """Answer one request to an HTTP API that there is.

        Its address is the API's host name, or a path of this server with the API's id.
        """
        api = self.registry.find(api_id)
        assert api is not None
        own = f"{_PREFIX}{api_id}"
        path = request.path.removeprefix(own) if request.path.startswith(own) else request.path
        return await self._gateway.serve(request, api, path)
