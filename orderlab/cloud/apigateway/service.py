"""API Gateway: REST APIs, as AWS builds and serves them.

The control plane (`control/`) answers the calls that build an API; the data plane (`gateway.py`)
serves what was deployed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from orderlab.cloud import moto_backends
from orderlab.cloud.apigateway.data.gateway import Gateway, forbidden
from orderlab.cloud.apigateway.model.regions import state_is_loaded
from orderlab.cloud.contracts import Handler, Principal
from orderlab.cloud.http import Request, Response

if TYPE_CHECKING:
    from orderlab.cloud.apigateway.model.moto_seam import GatewayBackend
    from orderlab.cloud.apigateway.model.state import RestApi
    from orderlab.cloud.cloud import Cloud


class ApiGateway:
    """The service, as the cloud knows it."""

    name = "apigateway"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.gateway = Gateway(cloud)
        self.operations: dict[str, Handler] = {}
        # (role, API) -> real seconds until which the session is good, and the session
        self.role_sessions: dict[tuple[str, str], tuple[float, Principal]] = {}
        # where each API was found, since a request does not say its Region
        self._regions: dict[str, GatewayBackend] = {}

    async def start(self) -> None:
        from orderlab.cloud.apigateway.control.table import handlers
        from orderlab.cloud.apigateway.control.test_invoke import TestInvoke
        from orderlab.cloud.apigateway.model.moto_seam import GatewayBackend

        moto_backends.replace_backend("apigateway", GatewayBackend)
        tests = TestInvoke(self.gateway)
        more = {
            "TestInvokeMethod": (tests.test_invoke_method, 200),
            "FlushStageAuthorizersCache": (self.gateway.authorisation.flush, 202),
        }
        self.operations.update(handlers(self._cloud, more))

    async def stop(self) -> None:
        for task in list(self.gateway.background):
            task.cancel()
        await asyncio.gather(*self.gateway.background, return_exceptions=True)
        self.gateway.lane.stop()
        self.gateway.exchanges.stop()

    async def execute(self, request: Request, *, api_id: str, stage: str, path: str) -> Response:
        """Answer one request to a deployed API. `path` is percent-encoded, after the stage."""
        found = self._find(api_id)
        if found is None:
            return forbidden()
        backend, api = found
        settings: dict[str, Any] | None = api.stages.get(stage)
        if settings is None or api.deployed[settings["deploymentId"]].endpoint_disabled:
            return forbidden()
        return await self.gateway.serve(request, backend, api, settings, path)

    def _find(self, api_id: str) -> tuple[GatewayBackend, RestApi] | None:
        """The API, in whichever Region it is; without any call before this one there is none."""
        known = self._regions.get(api_id)
        if known is not None and api_id in known.rest_apis:
            return known, known.rest_apis[api_id]
        if not state_is_loaded():
            return None
        for backend in moto_backends.backends_in_use("apigateway", self._cloud.settings.account_id):
            if api_id in backend.rest_apis:
                self._regions[api_id] = backend
                return backend, backend.rest_apis[api_id]
        return None
