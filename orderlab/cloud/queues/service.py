"""Placeholder until the service is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orderlab.cloud.contracts import Handler

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud


class QueueService:
    name = "sqs"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.operations: Mapping[str, Handler] = {}

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass
