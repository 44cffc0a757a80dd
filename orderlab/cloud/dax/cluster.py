"""A cluster: one primary node, and others that hold copies.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.cluster.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from string import ascii_lowercase
from typing import Any

from orderlab.cloud.dax.desk import Desk
from orderlab.cloud.dax.faults import NodeFaults
from orderlab.cloud.dax.listener import Listener
from orderlab.cloud.dax.node import HOST, Node
from orderlab.cloud.dax.node_hours import NodeHours
from orderlab.cloud.dax.parameter_group import ParameterGroup
from orderlab.cloud.dax.part import Shared
from orderlab.cloud.dax.protocol.attribute_lists import AttributeLists
from orderlab.cloud.dax.replication import Replication
from orderlab.cloud.dax.tables import Tables
from orderlab.cloud.dax.wiring import Wiring

ROLE_SERVICE = "dax.amazonaws.com"


@dataclass(slots=True)
class Description:
    """What a cluster was created with, and what UpdateCluster changes."""

    name: str
    region: str
    account_id: str
    node_type: str
    role_arn: str
    subnet_group: str
    description: str = ""
    maintenance_window: str = "sun:01:00-sun:09:00"
    topic_arn: str = ""
    topic_status: str = "active"
    security_groups: tuple[str, ...] = ("sg-default",)
    encrypted_at_rest: bool = False
    zones: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The ARN of the cluster."""
        return f"arn:aws:dax:{self.region}:{self.account_id}:cache/{self.name}"


class Cluster:
    """Nodes that listen, and what they share. The first node is the primary."""

    def __init__(self, about: Description, parameters: ParameterGroup, wiring: Wiring) -> None:
        self.about = about
        self.parameters = parameters
        self.nodes: list[Node] = []
        self._wiring = wiring
        self._listeners: dict[str, Listener] = {}
        self._hours: dict[str, NodeHours] = {}
        self.replication = Replication(wiring.clock, lambda: self.nodes)
        role = wiring.permissions.role_principal(about.role_arn, about.name)
        # DynamoDB's calls are the cluster's own in the flight recorder
        role = replace(role, acts_for=about.arn)
        tables = Tables(
            wiring.dispatch, wiring.items, about.region, role, wiring.clock.now, wiring.long_work
        )
        self._shared = Shared(tables, AttributeLists(), self.replication, wiring.long_work)

    # --- nodes ---

    async def add_nodes(self, zones: Sequence[str]) -> list[str]:
        """Start a node in each of the zones. Returns their ids."""
        added = []
        for zone in zones:
            node = Node(
                self._free_id(),
                zone,
                cluster=self.about.name,
                clock=self._wiring.clock,
                metrics=self._wiring.telemetry.metrics,
                ttls=lambda: self.parameters.ttls,
            )
            await self._listen(node)
            self.nodes.append(node)
            hours = NodeHours(
                self._wiring.telemetry.meter, self._wiring.clock, self.about.node_type
            )
            hours.begin()
            self._hours[node.id] = hours
            added.append(node.id)
        return added

    def _free_id(self) -> str:
        taken = {node.id for node in self.nodes}
        free = (f"{self.about.name}-{letter}" for letter in ascii_lowercase)
        return next(each for each in free if each not in taken)

    async def _listen(self, node: Node) -> None:
        desk = Desk(
            node,
            self._shared,
            cluster_arn=self.about.arn,
            permissions=self._wiring.permissions,
            recorder=self._wiring.telemetry.recorder,
            strike=NodeFaults(
                self._wiring.faults, clock=self._wiring.clock, cluster=self.about.name
            ),
            clock=self._wiring.clock,
            nodes=lambda: self.nodes,
        )
        listener = Listener(desk, self._wiring.keys)
        node.port = await listener.start(node.port)
        node.connections = lambda: listener.count
        self._listeners[node.id] = listener

    async def remove_node(self, node: Node) -> None:
        """End a node, and the connections of its clients."""
        self.nodes.remove(node)
        self._hours.pop(node.id).end()
        await self._end(node)

    async def reboot(self, node: Node) -> None:
        """Begin anew on the same port, with empty caches."""
        await self._end(node)
        node.forget()
        await self._listen(node)

    async def _end(self, node: Node) -> None:
        await self._listeners.pop(node.id).stop()
        node.metrics.write()

    async def stop(self) -> None:
        """End all nodes."""
        self.replication.stop()
        for node in list(self.nodes):
            await self.remove_node(node)

    # --- how it is described ---

    def described(self, status: str = "available") -> dict[str, Any]:
        """The API's Cluster. One that is being created has no endpoints yet."""
        about, there = self.about, status != "creating"
        found: dict[str, Any] = {
            "ClusterName": about.name,
            "ClusterArn": about.arn,
            "TotalNodes": len(self.nodes),
            "ActiveNodes": len(self.nodes) if there else 0,
            "NodeType": about.node_type,
            "Status": status,
            "Nodes": [self._described(node, there) for node in self.nodes],
            "PreferredMaintenanceWindow": about.maintenance_window,
            "SubnetGroup": about.subnet_group,
            "SecurityGroups": [
                {"SecurityGroupIdentifier": group, "Status": "active"}
                for group in about.security_groups
            ],
            "IamRoleArn": about.role_arn,
            "ParameterGroup": {
                "ParameterGroupName": self.parameters.name,
                "ParameterApplyStatus": "in-sync",
                "NodeIdsToReboot": [],
            },
            "SSEDescription": {"Status": "ENABLED" if about.encrypted_at_rest else "DISABLED"},
            "ClusterEndpointEncryptionType": "NONE",
            "NetworkType": "ipv4",
        }
        if about.description:
            found["Description"] = about.description
        if about.topic_arn:
            found["NotificationConfiguration"] = {
                "TopicArn": about.topic_arn,
                "TopicStatus": about.topic_status,
            }
        if there and self.nodes:
            found["ClusterDiscoveryEndpoint"] = _endpoint(self.nodes[0])
        return found

    def shown(self) -> dict[str, Any]:
        """What an experiment wants to know of the cluster."""
        return {
            "cluster": self.about.name,
            "region": self.about.region,
            "replicationSeconds": self.replication.delay_seconds,
            "nodes": [
                {
                    "id": node.id,
                    "port": node.port,
                    "entries": len(node.memory),
                    "bytes": node.memory.used,
                    "mostBytes": node.memory.most,
                    "connections": node.connections(),
                }
                for node in self.nodes
            ],
        }

    def _described(self, node: Node, there: bool) -> dict[str, Any]:
        found: dict[str, Any] = {
            "NodeId": node.id,
            "NodeCreateTime": round(node.created, 3),
            "AvailabilityZone": node.zone,
            "NodeStatus": node.status if there else "creating",
            "ParameterGroupStatus": "in-sync",
        }
        if there:
            found["Endpoint"] = _endpoint(node)
        return found


def _endpoint(node: Node) -> dict[str, Any]:
    return {"Address": HOST, "Port": node.port, "URL": f"dax://{HOST}:{node.port}"}
