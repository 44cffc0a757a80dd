"""The call of the integration, within its timeout."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Invocation, OutgoingRequest
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.integrations import (
    aws_service,
    http_endpoint,
    lambda_custom,
    lambda_proxy,
)
from orderlab.cloud.apigateway.data.integrations.http_exchange import Exchanges

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

# calls of functions that outlive their request
Background = set["asyncio.Task[Any]"]


async def call_integration(
    cloud: Cloud,
    background: Background,
    exchanges: Exchanges,
    invocation: Invocation,
    outgoing: OutgoingRequest,
) -> EndpointAnswer:
    """What the integration answers. Timeouts are real seconds, as functions' are."""
    integration = invocation.method.integration
    started = time.perf_counter()
    try:
        if ":lambda:path/" in outgoing.uri:
            function = _function(cloud, invocation, outgoing)
            return await _in_time(function, integration.timeout_seconds, background)
        async with asyncio.timeout(integration.timeout_seconds):
            if integration.kind == "AWS":
                return await aws_service.answer(cloud, invocation, outgoing)
            return await http_endpoint.answer(exchanges, invocation, outgoing)
    except TimeoutError:
        raise GatewayFailure("INTEGRATION_TIMEOUT") from None
    finally:
        invocation.integration_ms = (time.perf_counter() - started) * 1000


def _function(
    cloud: Cloud, invocation: Invocation, outgoing: OutgoingRequest
) -> Coroutine[Any, Any, EndpointAnswer]:
    proxy = invocation.method.integration.kind == "AWS_PROXY"
    answer = lambda_proxy.answer if proxy else lambda_custom.answer
    return answer(cloud, invocation, outgoing)


async def _in_time(
    function: Coroutine[Any, Any, EndpointAnswer], seconds: float, background: Background
) -> EndpointAnswer:
    """The answer, if it comes in time; a function that is too slow runs on, as on AWS."""
    task = asyncio.create_task(function, name="apigateway-function")
    background.add(task)
    task.add_done_callback(lambda done: _forget(background, done))
    done, _ = await asyncio.wait((task,), timeout=seconds)
    if not done:
        raise TimeoutError
    return task.result()


def _forget(background: Background, task: asyncio.Task[Any]) -> None:
    background.discard(task)
    if not task.cancelled():
        task.exception()  # a failure that nobody waits for any more is no error of the loop
