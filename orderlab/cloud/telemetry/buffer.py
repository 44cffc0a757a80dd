"""Counts and sizes on their way to CloudWatch, gathered for a moment: thousands come at once."""

from __future__ import annotations

import asyncio

from orderlab.cloud.contracts import Metrics

# real seconds; CloudWatch itself shows values a minute later
GATHER_SECONDS = 0.05
# resources whose metrics are gathered; the one that was met first, perhaps deleted, goes then
MAX_BUFFERS = 10_000
Dimensions = tuple[tuple[str, str], ...]


class MetricBuffer:
    """The metrics of one resource: sums of counts, statistic sets of values."""

    def __init__(self, target: Metrics, namespace: str, dimensions: dict[str, str]) -> None:
        self._target = target
        self._namespace = namespace
        self._dimensions = dimensions
        self._counts: dict[str, float] = {}
        self._values: dict[str, list[float]] = {}
        self._waiting = False

    def count(self, name: str, value: float = 1) -> None:
        """Add to a metric whose sum is shown."""
        counts = self._counts
        counts[name] = counts.get(name, 0) + value
        if not self._waiting:
            self._write_soon()

    def bytes(self, name: str, value: float) -> None:
        """Add a size, of which CloudWatch shows count, sum, minimum and maximum."""
        found = self._values.get(name)
        if found is None:
            self._values[name] = [1, value, value, value]
        else:
            found[0] += 1
            found[1] += value
            if value < found[2]:
                found[2] = value
            elif value > found[3]:
                found[3] = value
        if not self._waiting:
            self._write_soon()

    def _write_soon(self) -> None:
        self._waiting = True
        asyncio.get_running_loop().call_later(GATHER_SECONDS, self._write)

    def _write(self) -> None:
        self._waiting = False
        counts, self._counts = self._counts, {}
        values, self._values = self._values, {}
        metrics = self._target
        for name, value in counts.items():
            metrics.add(self._namespace, name, value, dimensions=self._dimensions)
        for name, (count, total, least, most) in values.items():
            metrics.add_set(
                self._namespace,
                name,
                unit="Bytes",
                dimensions=self._dimensions,
                timestamp=None,
                statistics=(count, total, least, most),
            )


class MetricBuffers:
    """The buffers of all resources of a namespace, by their dimensions."""

    def __init__(self, target: Metrics, namespace: str) -> None:
        self._target = target
        self._namespace = namespace
        self._buffers: dict[Dimensions, MetricBuffer] = {}

    def of(self, dimensions: Dimensions) -> MetricBuffer:
        """The buffer of these dimensions; what one that has gone still holds is written, too."""
        found = self._buffers.get(dimensions)
        if found is None:
            if len(self._buffers) >= MAX_BUFFERS:
                del self._buffers[next(iter(self._buffers))]
            found = MetricBuffer(self._target, self._namespace, dict(dimensions))
            self._buffers[dimensions] = found
        return found
