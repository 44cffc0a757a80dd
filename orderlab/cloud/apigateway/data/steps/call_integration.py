"""The call of the integration, within its timeout."""

from __future__ import annotations

from collections.abc import Awaitable

from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.integrations import mock
from orderlab.cloud.apigateway.data.parts import Parts


def call_integration(parts: Parts, execution: Execution) -> Awaitable[None] | None:
    """Ask the integration. MOCK has no back end: its answer is work like that of templates."""
    if execution.method.integration.kind == "MOCK":
        return parts.lane.carry(execution, mock.answer)
    return parts.integrations.call(execution)
