"""IncreaseReplicationFactor, DecreaseReplicationFactor, RebootNode.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.cluster-management.html#DAX.cluster-management.scaling
"""

from __future__ import annotations

from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dax import errors
from orderlab.cloud.dax.cluster import Cluster
from orderlab.cloud.dax.node import Node
from orderlab.cloud.dax.operations import values
from orderlab.cloud.dax.operations.clusters import (
    MOST_NODES,
    MOST_NODES_OF_A_CUSTOMER,
    find,
    zones_for,
)
from orderlab.cloud.dax.registry import Region, Registry


class NodeOperations:
    """The nodes of a cluster."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "IncreaseReplicationFactor": self.increase_replication_factor,
            "DecreaseReplicationFactor": self.decrease_replication_factor,
            "RebootNode": self.reboot_node,
        }

    def _found(self, call: Call, parameters: Parameters) -> tuple[Region, Cluster]:
        region = self._registry.region(call.region)
        return region, find(region, values.text(parameters, "ClusterName"))

    async def increase_replication_factor(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_IncreaseReplicatio
        nFactor.html"""
        region, cluster = self._found(call, parameters)
        count = values.number(parameters, "NewReplicationFactor")
        more = count - len(cluster.nodes)
        if more <= 0:
            raise errors.invalid_value(
                "The new replication factor must be greater than the current one."
            )
        if count > MOST_NODES:
            raise errors.fault(
                "NodeQuotaForClusterExceededFault", f"A cluster may have up to {MOST_NODES} nodes."
            )
        if more + sum(len(e.nodes) for e in region.clusters.values()) > MOST_NODES_OF_A_CUSTOMER:
            raise errors.fault(
                "NodeQuotaForCustomerExceededFault",
                f"You may have up to {MOST_NODES_OF_A_CUSTOMER} nodes in a Region.",
            )
        for node_id in await cluster.add_nodes(zones_for(region, parameters, more)):
            region.note("CLUSTER", cluster.about.name, f"Added node {node_id}.")
        return {"Cluster": cluster.described("modifying")}

    async def decrease_replication_factor(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DecreaseReplicatio
        nFactor.html"""
        region, cluster = self._found(call, parameters)
        count = values.number(parameters, "NewReplicationFactor")
        if not 1 <= count < len(cluster.nodes):
            raise errors.invalid_value(
                "The new replication factor must be less than the current one, and at least 1."
            )
        going = _going(cluster, parameters, len(cluster.nodes) - count)
        described = cluster.described("modifying") | {"NodeIdsToRemove": [n.id for n in going]}
        for node in going:
            await cluster.remove_node(node)
            region.note("CLUSTER", cluster.about.name, f"Removed node {node.id}.")
        return {"Cluster": described}

    async def reboot_node(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_RebootNode.html"""
        region, cluster = self._found(call, parameters)
        node = _node(cluster, values.text(parameters, "NodeId"))
        node.status = "rebooting"
        described = cluster.described("modifying")
        await cluster.reboot(node)
        node.status = "available"
        region.note("CLUSTER", cluster.about.name, f"Rebooted node {node.id}.")
        return {"Cluster": described}


def _node(cluster: Cluster, node_id: str) -> Node:
    found = next((node for node in cluster.nodes if node.id == node_id), None)
    if found is None:
        raise errors.node_not_found(node_id, cluster.about.name)
    return found


def _going(cluster: Cluster, parameters: Parameters, count: int) -> list[Node]:
    """The nodes to remove: those that are named, or the youngest, in the zones that are named."""
    named = values.texts(parameters, "NodeIdsToRemove")
    if named:
        if len(set(named)) != count:
            raise errors.invalid_combination(
                "The number of nodes to remove must be what the replication factor is lowered by."
            )
        return [_node(cluster, node_id) for node_id in named]
    zones = values.texts(parameters, "AvailabilityZones")
    youngest = [node for node in reversed(cluster.nodes[1:]) if not zones or node.zone in zones]
    if len(youngest) < count:
        raise errors.invalid_combination("There are not so many nodes in these zones.")
    return youngest[:count]
