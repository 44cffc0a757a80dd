"""DynamoDB Accelerator (DAX), put together.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import (
    CachedTables,
    Call,
    Dispatch,
    Faults,
    Handler,
    Keys,
    Pages,
    Parameters,
    Permissions,
    Telemetry,
)
from orderlab.cloud.settings import Settings
from orderlab.cloud.telemetry.long_work import LongWork

if TYPE_CHECKING:
    from orderlab.cloud.dax.cluster import Cluster
    from orderlab.cloud.dax.registry import Registry

_NAMES = (
    *("CreateCluster", "DescribeClusters", "UpdateCluster", "DeleteCluster"),
    *("IncreaseReplicationFactor", "DecreaseReplicationFactor", "RebootNode"),
    *("CreateParameterGroup", "DescribeParameterGroups", "UpdateParameterGroup"),
    *("DeleteParameterGroup", "DescribeParameters", "DescribeDefaultParameters"),
    *("CreateSubnetGroup", "DescribeSubnetGroups", "UpdateSubnetGroup", "DeleteSubnetGroup"),
    *("TagResource", "UntagResource", "ListTags", "DescribeEvents"),
)


class DaxService:
    """DAX: its own API here, and a listener for each node of a cluster.

    Its code is loaded with the first call: most clouds never have a cluster.
    """

    name = "dax"

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        keys: Keys,
        permissions: Permissions,
        telemetry: Telemetry,
        faults: Faults,
        dispatch: Dispatch,
        items: CachedTables,
        pages: Pages,
    ) -> None:
        self.operations: Mapping[str, Handler] = dict.fromkeys(_NAMES, self._perform)
        self._surroundings: dict[str, Any] = {
            "account_id": settings.account_id,
            "clock": clock,
            "keys": keys,
            "permissions": permissions,
            "telemetry": telemetry,
            "faults": faults,
            "dispatch": dispatch,
            "items": items,
            "long_work": LongWork(),
        }
        self._registry: Registry | None = None
        self._handlers: Mapping[str, Handler] = {}
        pages["GET dax"] = self._show
        pages["POST dax"] = self._set

    def _perform(self, call: Call, parameters: Parameters) -> Any:
        if self._registry is None:
            from orderlab.cloud.dax.operations import operations
            from orderlab.cloud.dax.registry import Registry
            from orderlab.cloud.dax.wiring import Wiring

            self._registry = Registry()
            self._handlers = operations(self._registry, Wiring(**self._surroundings))
        return self._handlers[call.operation](call, parameters)

    def _clusters(self) -> list[Cluster]:
        return [] if self._registry is None else self._registry.clusters()

    # --- pages of /_orderlab/ ---

    def _show(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """The nodes of every cluster, and what their caches hold."""
        return [each.shown() for each in self._clusters()]

    def _set(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """`replicationSeconds`: how long a change takes to the other nodes of `cluster`, or all."""
        seconds = float(parameters["replicationSeconds"])
        if not 0 <= seconds <= 3600:
            raise ValueError("replicationSeconds must be between 0 and 3600")
        name = parameters.get("cluster")
        for cluster in self._clusters():
            if name in (None, cluster.about.name):
                cluster.replication.take(seconds)
        return self._show({})

    async def start(self) -> None:
        """Nothing runs before the first cluster."""

    async def stop(self) -> None:
        """End all clusters."""
        for cluster in self._clusters():
            await cluster.stop()
