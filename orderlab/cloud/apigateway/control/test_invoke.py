"""TestInvokeMethod: a request to a method as it is now, without a deployment, with its log.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-test-method.html
Differs from AWS: the log has the main lines only.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import bad_request, not_found
from orderlab.cloud.apigateway.control.freezing import freeze
from orderlab.cloud.apigateway.data.access_log import execution_lines, stamped
from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.gateway import TEST_STEPS
from orderlab.cloud.apigateway.data.steps.receive import receive
from orderlab.cloud.apigateway.model.state import Document
from orderlab.cloud.http import Request, Response

STAGE = "test-invoke-stage"
_DEPLOYMENT = "test-invoke"


async def test_invoke_method(call: ControlCall) -> Document:
    """TestInvokeMethod: from validation on. Authorisation, keys and throttling are left out."""
    resource, api, plane = call.resource(), call.api(), call.plane
    if not call.method().get("methodIntegration"):
        raise not_found("Invalid Integration identifier specified")
    started = time.perf_counter()
    path, request = _request(call, resource)
    frozen = await plane.lane.run(api.id, partial(freeze, api, _DEPLOYMENT))
    variables = call.mapping("stageVariables") or {}
    stage = {"stageName": STAGE, "deploymentId": _DEPLOYMENT, "variables": variables}
    now = plane.clock.wall()
    execution = receive(request, call.state, api, stage, path, now=now, tested=frozen)
    execution.log = []
    response = await plane.gateway.carry_out(execution, TEST_STEPS)
    latency_ms = (time.perf_counter() - started) * 1000
    return _result(execution, response, latency_ms, plane.clock.wall())


def _request(call: ControlCall, resource: Document) -> tuple[str, Request]:
    target = call.text("pathWithQueryString") or resource["path"]
    path, _, query_string = target.partition("?")
    headers: dict[str, str] = {}
    raw: list[tuple[str, str]] = []
    given: dict[str, Any] = {k: [v] for k, v in (call.mapping("headers") or {}).items()}
    given.update(call.mapping("multiValueHeaders") or {})
    for name, values in given.items():
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise bad_request("Invalid headers specified")
        raw += [(_latin(name), _latin(value)) for value in values]
        headers[name.lower()] = ",".join(values)
    verb = call.path["http_method"]
    return path, Request(
        method="GET" if verb == "ANY" else verb,
        path=path,
        query_string=query_string,
        headers=headers,
        body=(call.text("body") or "").encode("utf-8", "replace"),
        source_ip="test-invoke-source-ip",
        raw_headers=raw,
    )


def _latin(text: str) -> str:
    """The text as a header can carry it."""
    return text.encode("latin-1", "replace").decode("latin-1")


def _result(execution: Execution, response: Response, latency_ms: float, now: float) -> Document:
    multiple: dict[str, list[str]] = {}
    for name, value in response.headers:
        multiple.setdefault("-".join(p.capitalize() for p in name.split("-")), []).append(value)
    lines = stamped(execution_lines(execution, response), now)
    return {
        "status": response.status,
        "body": response.body.decode("utf-8", "replace"),
        "headers": {name: values[-1] for name, values in multiple.items()},
        "multiValueHeaders": multiple,
        "log": f"Execution log for request {execution.request.id}\n{lines}",
        "latency": round(latency_ms),
    }
