"""First step: whose request is it? The API, the stage, and what the stage serves."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import Any

from orderlab.cloud.apigateway.data.context import new_context
from orderlab.cloud.apigateway.data.execution import Invocation, headers_of, query_of
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.media_types import essence
from orderlab.cloud.apigateway.model.deployed import DeployedApi
from orderlab.cloud.apigateway.model.state import RestApi
from orderlab.cloud.http import Request

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_HEADER_BYTES = 10_240


def receive(
    request: Request,
    api: RestApi,
    stage: dict[str, Any],
    *,
    region: str,
    account_id: str,
    path: str,
    now: float,
    deployed: DeployedApi | None = None,
) -> Invocation:
    """The invocation that a request begins."""
    request_id = str(uuid.uuid4())
    trace_id = request.headers.get("x-amzn-trace-id") or _trace_id(now)
    deployed = deployed or api.deployed[stage["deploymentId"]]
    context = new_context(
        request,
        api_id=api.id,
        account_id=account_id,
        region=region,
        stage=stage["stageName"],
        deployment_id=deployed.deployment_id,
        path=path,
        request_id=request_id,
        now=now,
        trace_id=trace_id,
    )
    return Invocation(
        request=request,
        region=region,
        account_id=account_id,
        api=api,
        deployed=deployed,
        stage=stage,
        path=path,
        request_id=request_id,
        started=time.perf_counter(),
        headers=headers_of(request),
        query=query_of(request.query_string),
        context=context,
        body=request.body,
    )


def _trace_id(now: float) -> str:
    return f"Root=1-{int(now):08x}-{secrets.token_hex(12)}"


def check_size(invocation: Invocation) -> None:
    """Refuse what is larger than any request may be.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
    """
    if invocation.request.limit_exceeded or len(invocation.body) > MAX_BODY_BYTES:
        raise GatewayFailure("REQUEST_TOO_LARGE")
    size = sum(len(name) + len(value) for name, value in invocation.request.headers.items())
    if size > MAX_HEADER_BYTES:
        raise GatewayFailure("REQUEST_TOO_LARGE")


def content_type_of(invocation: Invocation) -> str:
    """The media type of the body; JSON if the client names none."""
    return essence(invocation.header("content-type")) or "application/json"
