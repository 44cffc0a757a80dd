"""The metrics of a node, gathered for a moment: they come in thousands.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/dax-metrics-dimensions-dax.html
Differs from AWS: SuccessfulRequestLatency is there besides, and CPU and network are not measured.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from orderlab.cloud.contracts import Metrics

NAMESPACE = "AWS/DAX"
# real seconds; CloudWatch itself shows values a minute later
GATHER_SECONDS = 0.05


class NodeMetrics:
    """Sums of counts, and what `gauges` say whenever something is written.

    Each value is written for the account, for the cluster and for the node.
    """

    def __init__(
        self,
        metrics: Metrics,
        cluster: str,
        node: str,
        gauges: Callable[[], Mapping[str, tuple[float, str]]],
    ) -> None:
        self._metrics = metrics
        self._gauges = gauges
        self._cluster = cluster
        of_node = {"ClusterId": cluster, "NodeId": node}
        self._dimensions: tuple[dict[str, str], ...] = ({}, {"ClusterId": cluster}, of_node)
        self._counts: dict[str, float] = {}
        self._latencies: dict[str, list[float]] = {}
        self._waiting: asyncio.TimerHandle | None = None

    def count(self, name: str, value: float = 1) -> None:
        """Add to the sum of a metric."""
        self._counts[name] = self._counts.get(name, 0) + value
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(GATHER_SECONDS, self.write)

    def took(self, operation: str, milliseconds: float) -> None:
        """Note how long a request took that succeeded."""
        found = self._latencies.get(operation)
        if found is None:
            self._latencies[operation] = [1, milliseconds, milliseconds, milliseconds]
        else:
            found[0] += 1
            found[1] += milliseconds
            found[2] = min(found[2], milliseconds)
            found[3] = max(found[3], milliseconds)

    def write(self) -> None:
        """Write down what was gathered."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        counts, self._counts = self._counts, {}
        for name, value in counts.items():
            if value:
                self._write_one(name, value, "Bytes" if name.endswith("Size") else "Count")
        for name, (value, unit) in self._gauges().items():
            self._write_one(name, value, unit)
        latencies, self._latencies = self._latencies, {}
        for operation, (count, total, least, most) in latencies.items():
            self._metrics.add_set(
                NAMESPACE,
                "SuccessfulRequestLatency",
                unit="Milliseconds",
                dimensions={"ClusterId": self._cluster, "Operation": operation},
                timestamp=None,
                statistics=(count, total, least, most),
            )

    def _write_one(self, name: str, value: float, unit: str) -> None:
        for dimensions in self._dimensions:
            self._metrics.add(NAMESPACE, name, value, unit=unit, dimensions=dimensions)
