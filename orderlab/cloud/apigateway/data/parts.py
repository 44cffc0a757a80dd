"""What the steps of a request work with, made once for each cloud."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from orderlab.clock import Clock
from orderlab.cloud.apigateway.data.authorizers import LambdaAuthorizers
from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.integrations.calls import IntegrationCalls
from orderlab.cloud.apigateway.data.lane import Lane
from orderlab.cloud.apigateway.data.throttling import Throttles
from orderlab.cloud.contracts import Keys, Permissions


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that steps share. Each step uses one or two of them."""

    clock: Clock
    keys: Keys
    permissions: Permissions
    throttles: Throttles
    authorizers: LambdaAuthorizers
    integrations: IntegrationCalls
    lane: Lane


# A step reads and changes the execution. If it has to wait, it returns what to wait for. It ends
# the request by raising GatewayFailure.
Step = Callable[[Parts, Execution], Awaitable[None] | None]
