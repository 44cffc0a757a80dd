"""What a request begins: its execution, with what is known before its method is."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import Any

from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.context import new_context
from orderlab.cloud.apigateway.data.execution import ApiRequest, Execution, headers_of, query_of
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.parts import Parts
from orderlab.cloud.apigateway.model.deployed import DeployedApi
from orderlab.cloud.apigateway.model.state import RegionState, RestApi
from orderlab.cloud.http import Request

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_HEADER_BYTES = 10_240


def receive(
    http: Request,
    region: RegionState,
    api: RestApi,
    stage: dict[str, Any],
    path: str,
    *,
    now: float,
    tested: DeployedApi | None = None,
) -> Execution:
    """The execution that a request begins. `now` is in seconds since 1970.

    `tested` is what TestInvokeMethod serves in place of the stage's deployment.
    """
    request = ApiRequest(
        http=http,
        id=str(uuid.uuid4()),
        region=region,
        api=api,
        deployed=tested or api.deployed[stage["deploymentId"]],
        stage=stage,
        path=path,
        started=time.perf_counter(),
        headers=headers_of(http),
        query=query_of(http.query_string),
        is_test=tested is not None,
    )
    trace_id = http.headers.get("x-amzn-trace-id") or _trace_id(now)
    return Execution(request, new_context(request, now, trace_id), Body(http.body))


def _trace_id(now: float) -> str:
    return f"Root=1-{int(now):08x}-{secrets.token_hex(12)}"


def check_size(_: Parts, execution: Execution) -> None:
    """Refuse what is larger than any request may be.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
    """
    http = execution.request.http
    if http.limit_exceeded or len(http.body) > MAX_BODY_BYTES:
        raise GatewayFailure("REQUEST_TOO_LARGE")
    size = sum(len(name) + len(value) for name, value in http.headers.items())
    if size > MAX_HEADER_BYTES:
        raise GatewayFailure("REQUEST_TOO_LARGE")
