"""X-Ray, as the rest of the cloud sees it (`contracts.Traces`).

https://docs.aws.amazon.com/xray/latest/devguide/aws-xray.html

Differs from AWS: every request of a traced API or function is sampled; sampling rules, groups and
insights are refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Handler
from orderlab.cloud.settings import Settings
from orderlab.cloud.xray.daemon import Daemon
from orderlab.cloud.xray.operations import TraceOperations
from orderlab.cloud.xray.otlp import SpanReceiver
from orderlab.cloud.xray.registry import TraceRegistry
from orderlab.cloud.xray.segment import checked


class XRayService:
    """Keeps traces, and the address to which functions send their segments."""

    name = "xray"

    def __init__(self, *, settings: Settings) -> None:
        self._registry = TraceRegistry()
        self._daemon = Daemon(self._registry)
        self.operations: Mapping[str, Handler] = {
            **TraceOperations(self._registry, settings.account_id).handlers,
            **SpanReceiver(self._registry).handlers,
        }

    async def start(self) -> None:
        """Nothing runs before a traced function does."""

    async def stop(self) -> None:
        """Take no more segments."""
        await self._daemon.stop()

    # --- contracts.Traces

    def record(self, document: dict[str, Any]) -> None:
        """Keep a segment that a service of the cloud has made itself."""
        self._registry.put(checked(document, len(str(document))))

    def daemon_address(self) -> str:
        """Where functions send their segments."""
        return self._daemon.address()
