"""CreateCluster, DescribeClusters, UpdateCluster, DeleteCluster.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.cluster-management.html
Differs from AWS: a cluster is available as soon as CreateCluster has answered, and gone as soon as
DeleteCluster has; its endpoints are not encrypted, and there is no VPC around it.
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dax import errors, parameter_group, subnet_group
from orderlab.cloud.dax.cluster import ROLE_SERVICE, Cluster, Description
from orderlab.cloud.dax.operations import values
from orderlab.cloud.dax.operations.maintenance import maintenance_window
from orderlab.cloud.dax.operations.tags import read_tags
from orderlab.cloud.dax.registry import Region, Registry
from orderlab.cloud.dax.wiring import Wiring

NODE_TYPES = frozenset(
    {
        *("dax.t2.small", "dax.t2.medium", "dax.t3.small", "dax.t3.medium"),
        *(f"dax.r4.{size}large" for size in ("", "x", "2x", "4x", "8x", "16x")),
        *(f"dax.r5.{size}large" for size in ("", "x", "2x", "4x", "8x", "12x", "16x", "24x")),
        *(f"dax.r7i.{size}large" for size in ("", "x", "2x", "4x", "8x", "12x", "16x", "24x")),
    }
)
MOST_NODES = 10
MOST_NODES_OF_A_CUSTOMER = 50
MOST_CLUSTERS = 50


class ClusterOperations:
    """Clusters as a whole."""

    def __init__(self, registry: Registry, wiring: Wiring) -> None:
        self._registry = registry
        self._wiring = wiring
        self.operations: dict[str, Handler] = {
            "CreateCluster": self.create_cluster,
            "DescribeClusters": self.describe_clusters,
            "UpdateCluster": self.update_cluster,
            "DeleteCluster": self.delete_cluster,
        }

    async def create_cluster(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateCluster.html"""
        region = self._registry.region(call.region)
        about, zones = self._description(region, parameters)
        group = _parameter_group(region, parameters, parameter_group.DEFAULT_GROUP)
        cluster = Cluster(about, group, self._wiring)
        # the name is taken before anything is waited for
        region.clusters[about.name] = cluster
        try:
            await cluster.add_nodes(zones)
        except OSError:
            del region.clusters[about.name]
            await cluster.stop()
            raise errors.fault(
                "InsufficientClusterCapacityFault",
                "There is not enough capacity for a cluster: no port is free.",
            ) from None
        region.note("CLUSTER", about.name, "Cluster created.")
        return {"Cluster": cluster.described("creating")}

    def _description(self, region: Region, parameters: Parameters) -> tuple[Description, list[str]]:
        """What the new cluster is like, and the zones of its nodes."""
        name = values.new_name(parameters, "ClusterName", 20)
        if name in region.clusters:
            raise errors.fault("ClusterAlreadyExistsFault", f"Cluster {name} already exists.")
        node_type = values.text(parameters, "NodeType")
        if node_type not in NODE_TYPES:
            raise errors.invalid_value(f"Invalid node type: {node_type[:60]}.")
        _refuse_what_is_not_done(parameters)
        zones = self._zones(region, parameters)
        subnets = values.text(parameters, "SubnetGroupName", subnet_group.DEFAULT_GROUP)
        if subnets not in region.subnet_groups:
            raise errors.subnet_group_not_found(subnets)
        at_rest = parameters.get("SSESpecification") or {}
        about = Description(
            name=name,
            region=region.name,
            account_id=self._wiring.account_id,
            node_type=node_type,
            role_arn=self._role(parameters),
            subnet_group=subnets,
            encrypted_at_rest=bool(at_rest.get("Enabled")),
            tags=read_tags(parameters.get("Tags") or []),
        )
        _change(about, parameters)
        return about, zones

    def _zones(self, region: Region, parameters: Parameters) -> list[str]:
        count = values.number(parameters, "ReplicationFactor")
        if count < 1:
            raise errors.invalid_value("The parameter ReplicationFactor must be at least 1.")
        if count > MOST_NODES:
            raise errors.fault(
                "NodeQuotaForClusterExceededFault",
                f"A cluster may have up to {MOST_NODES} nodes.",
            )
        clusters = region.clusters.values()
        if len(clusters) >= MOST_CLUSTERS:
            raise errors.fault(
                "ClusterQuotaForCustomerExceededFault",
                f"You may have up to {MOST_CLUSTERS} clusters in a Region.",
            )
        if count + sum(len(each.nodes) for each in clusters) > MOST_NODES_OF_A_CUSTOMER:
            raise errors.fault(
                "NodeQuotaForCustomerExceededFault",
                f"You may have up to {MOST_NODES_OF_A_CUSTOMER} nodes in a Region.",
            )
        return zones_for(region, parameters, count)

    def _role(self, parameters: Parameters) -> str:
        arn = values.text(parameters, "IamRoleArn")
        if not arn.startswith("arn:aws:iam::"):
            raise errors.invalid_value(f"Invalid ARN: {arn[:200]}")
        if not self._wiring.permissions.may_assume(arn, ROLE_SERVICE):
            raise errors.invalid_value(f"No permission to assume role: {arn}")
        return arn

    def describe_clusters(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeClusters.h
        tml"""
        region = self._registry.region(call.region)
        names = values.texts(parameters, "ClusterNames")
        found = [find(region, name) for name in names] or list(region.clusters.values())
        return values.page([each.described() for each in found], parameters, "Clusters")

    def update_cluster(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_UpdateCluster.html"""
        region = self._registry.region(call.region)
        cluster = find(region, values.text(parameters, "ClusterName"))
        group = _parameter_group(region, parameters, cluster.parameters.name)
        _change(cluster.about, parameters)
        cluster.parameters = group
        region.note("CLUSTER", cluster.about.name, "Cluster modified.")
        return {"Cluster": cluster.described("modifying")}

    async def delete_cluster(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DeleteCluster.html"""
        region = self._registry.region(call.region)
        cluster = find(region, values.text(parameters, "ClusterName"))
        del region.clusters[cluster.about.name]
        described = cluster.described("deleting")
        await cluster.stop()
        region.note("CLUSTER", cluster.about.name, "Cluster deleted.")
        return {"Cluster": described}


def find(region: Region, name: str) -> Cluster:
    """A cluster by its name. Raises ClusterNotFoundFault."""
    cluster = region.clusters.get(name.lower())
    if cluster is None:
        raise errors.cluster_not_found(name)
    return cluster


def zones_for(region: Region, parameters: Parameters, count: int) -> list[str]:
    """The zones of new nodes: those that are named, or one after the other."""
    zones = values.texts(parameters, "AvailabilityZones")
    if not zones:
        return [region.zones[at % len(region.zones)] for at in range(count)]
    if len(zones) != count:
        raise errors.invalid_combination(
            "The number of Availability Zones must be the number of nodes."
        )
    for zone in zones:
        if not zone.startswith(region.name):
            raise errors.invalid_value(f"Invalid Availability Zone: {zone[:60]}")
    return zones


def _parameter_group(
    region: Region, parameters: Parameters, default: str
) -> parameter_group.ParameterGroup:
    name = values.text(parameters, "ParameterGroupName", default)
    group = region.parameter_groups.get(name)
    if group is None:
        raise errors.parameter_group_not_found(name)
    return group


def _change(about: Description, parameters: Parameters) -> None:
    """What CreateCluster and UpdateCluster may both say."""
    about.description = values.text(parameters, "Description", about.description)
    window = values.text(parameters, "PreferredMaintenanceWindow", about.maintenance_window)
    about.maintenance_window = maintenance_window(window)
    about.topic_arn = values.text(parameters, "NotificationTopicArn", about.topic_arn)
    about.topic_status = values.text(parameters, "NotificationTopicStatus", about.topic_status)
    groups = values.texts(parameters, "SecurityGroupIds")
    if groups:
        about.security_groups = tuple(groups)


def _refuse_what_is_not_done(parameters: dict[str, Any]) -> None:
    if parameters.get("ClusterEndpointEncryptionType", "NONE") != "NONE":
        raise NotDoneYet("encryption in transit in DAX (ClusterEndpointEncryptionType TLS)")
    if parameters.get("NetworkType", "ipv4") != "ipv4":
        raise NotDoneYet("other networks than IPv4 in DAX (NetworkType)")
