"""Where the cloud writes its logs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import cast

from orderlab.cloud import moto_backends
from orderlab.cloud.contracts import Meter
from orderlab.cloud.telemetry.logs.embedded_metrics import extract
from orderlab.cloud.telemetry.logs.state import EVENT_OVERHEAD, Event, LogState, Stream
from orderlab.cloud.telemetry.metrics.store import MetricStore


class LogStore:
    """CloudWatch Logs as its writers see it."""

    def __init__(self, account_id: str, region: str, metrics: MetricStore, meter: Meter) -> None:
        self._account_id = account_id
        self._region = region
        self._metrics = metrics
        self._meter = meter
        self._states: dict[str, LogState] = {}
        self._number = 0

    def state(self, region: str) -> LogState:
        found = self._states.get(region)
        if found is None:
            found = cast(LogState, moto_backends.backend("logs", self._account_id, region))
            self._states[region] = found
        return found

    def write(self, group: str, stream: str, events: Iterable[tuple[int, str]]) -> None:
        """Append (milliseconds since 1970, text) pairs; group and stream are made if missing."""
        target = self.state(self._region).ensure_log_group(group).stream(stream)
        self.append(group, target, events)

    def lacks(self, group: str, stream: str) -> frozenset[str]:
        """What is not there yet of a group and its stream: `group`, `stream`, both or nothing."""
        found = self.state(self._region).groups.get(group)
        if found is None:
            return frozenset({"group", "stream"})
        return frozenset() if stream in found.streams else frozenset({"stream"})

    def append(self, group: str, stream: Stream, events: Iterable[tuple[int, str]]) -> None:
        """Append to a stream."""
        now = int(time.time() * 1000)
        size = 0
        for timestamp, message in events:
            self._number += 1
            stream.append(Event(timestamp, self._number, now, message))
            size += len(message) + EVENT_OVERHEAD
        self._meter.add("logs.ingested_bytes", size, group)

    def take_metrics(self, events: Iterable[tuple[int, str]]) -> None:
        """Add the metrics that are embedded in events; Lambda does this for functions' logs."""
        for _, message in events:
            if '"_aws"' in message:
                extract(message, self._metrics)
