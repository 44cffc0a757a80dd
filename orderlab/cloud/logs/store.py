"""Where the cloud writes its logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from orderlab.cloud import moto_backends
from orderlab.cloud.cloudwatch.store import MetricStore
from orderlab.cloud.contracts import Meter
from orderlab.cloud.logs.embedded_metrics import extract
from orderlab.cloud.logs.filtering import Filtering
from orderlab.cloud.logs.moto_seam import EVENT_OVERHEAD, Event, Group, LogState, Stream
from orderlab.cloud.logs.room import Room
from orderlab.cloud.turns import Turns


class LogStore:
    """CloudWatch Logs as its writers see it. Those who read much of it do so in `turns`."""

    def __init__(
        self,
        account_id: str,
        region: str,
        metrics: MetricStore,
        meter: Meter,
        *,
        speed: float = 1.0,
    ) -> None:
        self._account_id = account_id
        self._region = region
        self._metrics = metrics
        self._meter = meter
        self._states: dict[str, LogState] = {}
        self._number = 0
        self.room = Room(speed)
        self.turns = Turns()
        self.filtering = Filtering(metrics)

    def state(self, region: str) -> LogState:
        """The groups of a Region."""
        found = self._states.get(region)
        if found is None:
            found = cast(LogState, moto_backends.backend("logs", self._account_id, region))
            self._states[region] = found
        return found

    @property
    def newest(self) -> int:
        """The number of the event that came last."""
        return self._number

    def now_ms(self) -> int:
        """The clock's time, in milliseconds since 1970."""
        return int(self._metrics.wall() * 1000)

    def lacks(self, group: str, stream: str) -> frozenset[str]:
        """What is not there yet of a group and its stream: `group`, `stream`, both or nothing."""
        found = self.state(self._region).groups.get(group)
        if found is None:
            return frozenset({"group", "stream"})
        return frozenset() if stream in found.streams else frozenset({"stream"})

    def write(self, group: str, stream: str, events: Sequence[tuple[int, str]]) -> None:
        """Append (milliseconds since 1970, text) pairs; group and stream are made if missing."""
        found = self.state(self._region).ensure_log_group(group)
        self.append(found, found.stream(stream), events)

    def append(self, group: Group, stream: Stream, events: Sequence[tuple[int, str]]) -> None:
        """Append to a stream."""
        if not events:
            return
        now = self.now_ms()
        first = self._number + 1
        self._number += len(events)
        made = [
            Event(timestamp, number, now, message)
            for number, (timestamp, message) in enumerate(events, first)
        ]
        text = sum([len(message) for _, message in events])
        size = text + len(made) * EVENT_OVERHEAD
        stream.extend(made, size)
        self._meter.add("logs.ingested_bytes", size, group.name)
        self.room.note(group, stream, len(made), text, now)
        if group.metric_filters:
            self.filtering.take(list(group.metric_filters.values()), events)

    def take_metrics(self, events: Iterable[tuple[int, str]]) -> None:
        """Add the metrics that are embedded in events; Lambda does this for functions' logs."""
        for _, message in events:
            if '"_aws"' in message:
                extract(message, self._metrics)
