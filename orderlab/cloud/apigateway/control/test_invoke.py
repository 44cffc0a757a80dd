"""TestInvokeMethod: a request to a method as it is now, without a deployment, with its log.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-test-method.html
Differs from AWS: the log has the main lines only.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import bad_request, not_found
from orderlab.cloud.apigateway.data.access_log import execution_lines, stamped
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.gateway_responses import gateway_response
from orderlab.cloud.apigateway.data.steps.match import match_resource
from orderlab.cloud.apigateway.data.steps.receive import receive
from orderlab.cloud.apigateway.model.deployed import DeployedApi
from orderlab.cloud.apigateway.model.state import Document
from orderlab.cloud.http import Request, Response

if TYPE_CHECKING:
    from orderlab.cloud.apigateway.data.execution import Invocation
    from orderlab.cloud.apigateway.data.gateway import Gateway

STAGE = "test-invoke-stage"


class TestInvoke:
    """The call, for one gateway."""

    __test__ = False  # no test of pytest's

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def test_invoke_method(self, call: ControlCall) -> Document:
        """Validation, mapping and integration; authorisation, keys and throttling are left out."""
        resource, api = call.resource(), call.api()
        method = call.method()
        if not method.get("methodIntegration"):
            raise not_found("Invalid Integration identifier specified")
        started = time.perf_counter()
        path, request = _request(call, resource)
        lane = self._gateway.lane
        frozen = await lane.run(api.id, partial(DeployedApi.of, api, "test-invoke"))
        stage = {
            "stageName": STAGE,
            "deploymentId": "test-invoke",
            "variables": call.mapping("stageVariables") or {},
        }
        invocation = receive(
            request,
            api,
            stage,
            region=call.region,
            account_id=call.account_id,
            path=path,
            now=call.cloud.clock.wall(),
            deployed=frozen,
        )
        invocation.test_invoke = True
        invocation.log = []
        response = await self._answer(invocation)
        latency = (time.perf_counter() - started) * 1000
        return _result(invocation, response, latency, call.cloud.clock.wall())

    async def _answer(self, invocation: Invocation) -> Response:
        try:
            match_resource(invocation)
            invocation.note(f"Method request body before transformations: {invocation.body_text}")
            return await self._gateway.carry_out(invocation)
        except GatewayFailure as failure:
            if failure.reason:
                invocation.note(failure.reason)
            return gateway_response(invocation, failure)


def _request(call: ControlCall, resource: Document) -> tuple[str, Request]:
    target = call.text("pathWithQueryString") or resource["path"]
    path, _, query_string = target.partition("?")
    headers: dict[str, str] = {}
    raw: list[tuple[bytes, bytes]] = []
    given: dict[str, Any] = {k: [v] for k, v in (call.mapping("headers") or {}).items()}
    given.update(call.mapping("multiValueHeaders") or {})
    for name, values in given.items():
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise bad_request("Invalid headers specified")
        raw += [(_bytes(name), _bytes(value)) for value in values]
        headers[name.lower()] = ",".join(values)
    verb = call.path["http_method"]
    return path, Request(
        method="GET" if verb == "ANY" else verb,
        path=path,
        query_string=query_string,
        headers=headers,
        body=(call.text("body") or "").encode("utf-8", "replace"),
        source_ip="test-invoke-source-ip",
        names_as_sent=[name for name, _ in raw],
        headers_as_sent=raw,
    )


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _result(invocation: Invocation, response: Response, latency_ms: float, now: float) -> Document:
    multiple: dict[str, list[str]] = {}
    for name, value in response.headers:
        multiple.setdefault("-".join(p.capitalize() for p in name.split("-")), []).append(value)
    lines = stamped(execution_lines(invocation, response), now)
    return {
        "status": response.status,
        "body": response.body.decode("utf-8", "replace"),
        "headers": {name: values[-1] for name, values in multiple.items()},
        "multiValueHeaders": multiple,
        "log": f"Execution log for request {invocation.request_id}\n{lines}",
        "latency": round(latency_ms),
    }
