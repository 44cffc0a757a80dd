"""How a request to an HTTP API is carried out.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import unquote

from orderlab.clock import Clock
from orderlab.cloud.apigateway.data.execution import query_of
from orderlab.cloud.apigateway.data.steps.receive import MAX_BODY_BYTES, MAX_HEADER_BYTES
from orderlab.cloud.apigateway.data.throttling import Throttles
from orderlab.cloud.apigatewayv2.data.authorizers import LambdaAuthorizers
from orderlab.cloud.apigatewayv2.data.cors import add_cors_headers, preflight_answer
from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.apigatewayv2.data.iam import check_iam
from orderlab.cloud.apigatewayv2.data.integrations import IntegrationCalls
from orderlab.cloud.apigatewayv2.data.recording import Recording
from orderlab.cloud.apigatewayv2.data.request import HttpRequest, receive
from orderlab.cloud.apigatewayv2.model.state import DEFAULT, Document, HttpApi
from orderlab.cloud.contracts import Keys, Permissions
from orderlab.cloud.http import Request, Response

log = logging.getLogger("orderlab.cloud.apigatewayv2")
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
ACCOUNT_RATE, ACCOUNT_BURST = 10_000.0, 5_000.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """The data plane: answers requests to HTTP APIs."""

    clock: Clock
    keys: Keys
    permissions: Permissions
    throttles: Throttles
    authorizers: LambdaAuthorizers
    integrations: IntegrationCalls
    recording: Recording

    async def serve(self, http: Request, api: HttpApi, path: str) -> Response:
        """Answer one request. `path` is percent-encoded, with the stage before it."""
        found = _stage(api, unquote(path) or "/")
        if found is None:
            return answer_of_failure(HttpFailure(404))
        stage, rest, whole = found
        if stage.get("DeploymentId") is None:
            return answer_of_failure(HttpFailure(404))
        query = query_of(http.query_string)
        request = receive(http, api, stage, rest, whole, query, self.clock.wall())
        cors = request.deployed.api.get("CorsConfiguration")
        response = preflight_answer(http, cors)
        if response is None:
            response = await self._answer(request)
            add_cors_headers(http, cors, response)
        response.headers.append(("apigw-requestid", request.id))
        self.recording.note(request, response)
        return response

    async def _answer(self, request: HttpRequest) -> Response:
        try:
            return await self._carry_out(request)
        except HttpFailure as failure:
            if failure.reason:
                log.info("API %s: %s", request.api.id, failure.reason)
            request.failure = failure
        except Exception:
            log.exception("A request to API %s failed", request.api.id)
            request.failure = HttpFailure(500, "The local cloud failed; this is its own fault.")
        return answer_of_failure(request.failure)

    async def _carry_out(self, request: HttpRequest) -> Response:
        """The steps of a request, in their order. Raises HttpFailure."""
        _check_size(request.http)
        if request.deployed.api["DisableExecuteApiEndpoint"]:
            raise HttpFailure(404)
        match = request.deployed.routes.find(request.http.method, request.path)
        if match is None:
            raise HttpFailure(404)
        request.matched, request.path_parameters = match.target, match.path_parameters
        self._check_rates(request)
        kind = request.route.route["AuthorizationType"]
        if kind == "AWS_IAM":
            check_iam(request, self.keys, self.permissions)
        elif kind == "CUSTOM":
            await self.authorizers.check(request)
        return await self.integrations.answer(request)

    def _check_rates(self, request: HttpRequest) -> None:
        """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html"""
        key, api, stage = request.route.key, request.api, request.stage
        settings = stage["RouteSettings"].get(key) or stage["DefaultRouteSettings"]
        rate, burst = settings.get("ThrottlingRateLimit"), settings.get("ThrottlingBurstLimit")
        if rate is not None or burst is not None:
            limits = (
                ACCOUNT_RATE if rate is None else float(rate),
                ACCOUNT_BURST if burst is None else float(burst),
            )
            if not self.throttles.lets_pass((api.id, request.stage_name, key), limits):
                raise HttpFailure(429)
        account = ("account", api.region_name)
        if not self.throttles.lets_pass(account, (ACCOUNT_RATE, ACCOUNT_BURST)):
            raise HttpFailure(429)


def _stage(api: HttpApi, path: str) -> tuple[Document, str, str] | None:
    """The stage that a path means, the path after it, and the path as functions see it."""
    name, _, rest = path[1:].partition("/")
    if name == DEFAULT and DEFAULT in api.stages:
        return api.stages[DEFAULT], f"/{rest}", f"/{rest}"
    if name in api.stages:
        return api.stages[name], f"/{rest}", path if rest else f"/{name}/"
    if DEFAULT in api.stages:
        return api.stages[DEFAULT], path, path
    return None


def _check_size(http: Request) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""
    if http.limit_exceeded or len(http.body) > MAX_BODY_BYTES:
        raise HttpFailure(413)
    size = len(http.method) + len(http.path) + len(http.query_string)
    size += sum(len(name) + len(value) for name, value in http.headers.items())
    if size > MAX_HEADER_BYTES:
        raise HttpFailure(431)


def answer_of_failure(failure: HttpFailure) -> Response:
    """The gateway's own answer."""
    return Response.json({"message": failure.message}, status=failure.status)
