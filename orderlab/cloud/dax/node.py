"""A node of a cluster: its caches, its metrics, and where it listens.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.cluster.html#DAX.concepts.nodes
Differs from AWS: a node holds 16 MB, whatever its type; all nodes are on 127.0.0.1, each with its
own port.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from orderlab.clock import Clock
from orderlab.cloud.contracts import Metrics
from orderlab.cloud.dax.cache import Memory
from orderlab.cloud.dax.item_cache import ItemCache
from orderlab.cloud.dax.metrics import NodeMetrics
from orderlab.cloud.dax.query_cache import QueryCache

MEMORY_BYTES = 16 * 1024 * 1024
HOST = "127.0.0.1"


class Node:
    """One node. `ttls` gives the milliseconds that items and queries are kept for."""

    def __init__(
        self,
        node_id: str,
        zone: str,
        *,
        cluster: str,
        clock: Clock,
        metrics: Metrics,
        ttls: Callable[[], tuple[int, int]],
    ) -> None:
        self.id = node_id
        self.zone = zone
        self.created = time.time()
        self.status = "available"
        self.port = 0
        self.connections: Callable[[], int] = lambda: 0
        self.memory = Memory(MEMORY_BYTES, clock.now)
        self.items = ItemCache(self.memory, lambda: ttls()[0])
        self.queries = QueryCache(self.memory, lambda: ttls()[1])
        self.metrics = NodeMetrics(metrics, cluster, node_id, self._gauges)
        self._evicted = 0

    def hit(self, cache: str, count: int = 1) -> None:
        """Count a hit of `ItemCache`, `QueryCache` or `ScanCache`."""
        self.metrics.count(f"{cache}Hits", count)

    def miss(self, cache: str, count: int = 1) -> None:
        """Count a miss."""
        self.metrics.count(f"{cache}Misses", count)

    def _gauges(self) -> Mapping[str, tuple[float, str]]:
        memory = self.memory
        evicted, self._evicted = memory.evicted - self._evicted, memory.evicted
        found: dict[str, tuple[float, str]] = {
            "ClientConnections": (self.connections(), "Count"),
            "EstimatedDbSize": (memory.used, "Bytes"),
            "CacheMemoryUtilization": (100 * memory.used / memory.most, "Percent"),
        }
        if evicted:
            found["EvictedSize"] = (evicted, "Bytes")
        return found

    def forget(self) -> None:
        """Begin anew with empty caches, as a node does that is rebooted."""
        self.memory.clear()
