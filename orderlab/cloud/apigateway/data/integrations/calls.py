"""Calls of integrations: which kind is called how, how long it may take, and what outlives it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Execution, OutgoingRequest
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.integrations import (
    aws_service,
    http_endpoint,
    lambda_custom,
    lambda_proxy,
)
from orderlab.cloud.apigateway.data.integrations.function_calls import FunctionCalls
from orderlab.cloud.apigateway.data.integrations.http_exchange import Exchanges
from orderlab.cloud.apigateway.data.integrations.in_time import InTime
from orderlab.cloud.apigateway.data.integrations.roles import Roles
from orderlab.cloud.apigateway.model.integration_uris import is_function
from orderlab.cloud.contracts import Dispatch

Answering = Coroutine[Any, Any, EndpointAnswer]


class IntegrationCalls:
    """Calls functions, other services and web servers for the gateway."""

    def __init__(self, *, functions: FunctionCalls, roles: Roles, dispatch: Dispatch) -> None:
        self._functions = functions
        self._roles = roles
        self._dispatch = dispatch
        self._exchanges = Exchanges()
        self._in_time = InTime()

    async def call(self, execution: Execution) -> None:
        """Let the integration answer. Its timeout is in real seconds, as that of functions is.

        Raises:
            GatewayFailure: if it cannot be called, or takes too long.
        """
        outgoing, seconds = execution.outgoing, execution.method.integration.timeout_seconds
        assert outgoing is not None
        execution.note(f"Sending request to {outgoing.uri}")
        started = time.perf_counter()
        try:
            if is_function(outgoing.uri):
                answering = self._function(execution, outgoing)
                answer = await self._in_time.wait(answering, seconds)
            else:
                async with asyncio.timeout(seconds):
                    answer = await self._other(execution, outgoing)
        except TimeoutError:
            raise GatewayFailure("INTEGRATION_TIMEOUT") from None
        finally:
            execution.integration_ms = (time.perf_counter() - started) * 1000
        execution.answer = answer
        execution.note(f"Received response. Status: {answer.status}")

    def _function(self, execution: Execution, outgoing: OutgoingRequest) -> Answering:
        if execution.method.integration.kind == "AWS_PROXY":
            return lambda_proxy.answer(self._functions, execution, outgoing)
        return lambda_custom.answer(self._functions, execution, outgoing)

    def _other(self, execution: Execution, outgoing: OutgoingRequest) -> Answering:
        if execution.method.integration.kind == "AWS":
            return aws_service.answer(self._dispatch, self._roles, execution, outgoing)
        return http_endpoint.answer(self._exchanges, execution, outgoing)

    async def stop(self) -> None:
        """End the calls that still run."""
        await self._in_time.stop()
        self._exchanges.stop()
