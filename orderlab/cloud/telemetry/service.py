"""Placeholder: what the cloud notes down about itself."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from orderlab.cloud.contracts import Call, Handler, Hop, Parameters

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud


class FlightRecorder:
    def __init__(self, fields: tuple[str, ...]) -> None:
        names = "|".join(map(re.escape, fields))
        self._pattern = re.compile(rf'\\*"(?:{names})\\*"\s*:\s*(?:\{{\\*"S\\*"\s*:\s*)?\\*"([^"\\]+)')
        self.hops: deque[Hop] = deque(maxlen=500_000)

    def ids_in(self, payload: bytes | str) -> tuple[str, ...]:
        text = payload if isinstance(payload, str) else payload.decode("utf-8", "replace")
        return tuple(dict.fromkeys(self._pattern.findall(text)))

    def record(self, hop: Hop) -> None:
        self.hops.append(hop)


class Logs:
    def write(self, group: str, stream: str, events: Iterable[tuple[int, str]]) -> None:
        pass


class Metrics:
    def add(self, namespace: str, name: str, value: float, *, unit: str = "Count",
            dimensions: Mapping[str, str]) -> None:
        pass


class Meter:
    def add(self, item: str, quantity: float, resource: str = "") -> None:
        pass


class Telemetry:
    name = "telemetry"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.operations: Mapping[str, Handler] = {}
        self.recorder = FlightRecorder(cloud.settings.correlation_fields)
        self.logs = Logs()
        self.metrics = Metrics()
        self.meter = Meter()

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def api_call(self, call: Call, parameters: Parameters, outcome: str, duration_ms: float) -> None:
        """Note one call of the AWS API in the recorder and the meter."""
