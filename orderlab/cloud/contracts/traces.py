"""Traces, as the services that take part in them see them."""

from __future__ import annotations

from typing import Any, Protocol


class Traces(Protocol):
    """X-Ray. https://docs.aws.amazon.com/xray/latest/devguide/aws-xray.html"""

    def record(self, document: dict[str, Any]) -> None:
        """Keep a segment: a document with `id`, `trace_id`, `name`, `start_time`, `end_time`."""

    def daemon_address(self) -> str:
        """`host:port` to which functions send segments. It is listened to from now on."""
