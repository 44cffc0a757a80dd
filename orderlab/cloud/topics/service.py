"""Placeholder until the service is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orderlab.cloud.contracts import Handler
from orderlab.cloud.http import Request, Response

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud


class TopicService:
    name = "sns"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.operations: Mapping[str, Handler] = {}

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def open_link(self, request: Request) -> Response | None:
        """Answer a link that SNS put into a message; None for any other request."""
        return None
