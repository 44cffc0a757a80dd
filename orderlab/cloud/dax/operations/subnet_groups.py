"""Subnet groups.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateSubnetGroup.html
"""

from __future__ import annotations

from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dax import errors
from orderlab.cloud.dax.operations import values
from orderlab.cloud.dax.registry import Region, Registry
from orderlab.cloud.dax.subnet_group import SubnetGroup

MOST_GROUPS = 50
MOST_SUBNETS = 20


class SubnetGroupOperations:
    """Create, describe, update and delete."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "CreateSubnetGroup": self.create_subnet_group,
            "DescribeSubnetGroups": self.describe_subnet_groups,
            "UpdateSubnetGroup": self.update_subnet_group,
            "DeleteSubnetGroup": self.delete_subnet_group,
        }

    def create_subnet_group(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateSubnetGroup.
        html"""
        region = self._registry.region(call.region)
        name = values.new_name(parameters, "SubnetGroupName", 255)
        if name in region.subnet_groups:
            raise errors.fault(
                "SubnetGroupAlreadyExistsFault", f"Subnet group {name} already exists."
            )
        if len(region.subnet_groups) > MOST_GROUPS:
            raise errors.fault(
                "SubnetGroupQuotaExceededFault", f"You may have up to {MOST_GROUPS} subnet groups."
            )
        description = values.text(parameters, "Description", "")
        group = SubnetGroup(name, description, _subnets(parameters))
        region.subnet_groups[name] = group
        region.note("SUBNET_GROUP", name, "Subnet group created.")
        return {"SubnetGroup": group.described(region.zones)}

    def describe_subnet_groups(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeSubnetGrou
        ps.html"""
        region = self._registry.region(call.region)
        names = values.texts(parameters, "SubnetGroupNames")
        found = [_find(region, name) for name in names] or list(region.subnet_groups.values())
        described = [each.described(region.zones) for each in found]
        return values.page(described, parameters, "SubnetGroups")

    def update_subnet_group(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_UpdateSubnetGroup.
        html"""
        region = self._registry.region(call.region)
        group = _find(region, values.text(parameters, "SubnetGroupName"))
        if "SubnetIds" in parameters:
            group.subnets = _subnets(parameters)
        group.description = values.text(parameters, "Description", group.description)
        region.note("SUBNET_GROUP", group.name, "Subnet group modified.")
        return {"SubnetGroup": group.described(region.zones)}

    def delete_subnet_group(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DeleteSubnetGroup.
        html"""
        region = self._registry.region(call.region)
        group = _find(region, values.text(parameters, "SubnetGroupName"))
        if any(each.about.subnet_group == group.name for each in region.clusters.values()):
            raise errors.fault(
                "SubnetGroupInUseFault", f"Subnet group {group.name} is in use by a cluster."
            )
        del region.subnet_groups[group.name]
        region.note("SUBNET_GROUP", group.name, "Subnet group deleted.")
        return {"DeletionMessage": f"Subnet group {group.name} has been deleted."}


def _find(region: Region, name: str) -> SubnetGroup:
    group = region.subnet_groups.get(name.lower())
    if group is None:
        raise errors.subnet_group_not_found(name)
    return group


def _subnets(parameters: Parameters) -> tuple[str, ...]:
    subnets = values.texts(parameters, "SubnetIds")
    if len(subnets) > MOST_SUBNETS:
        raise errors.fault(
            "SubnetQuotaExceededFault", f"A subnet group may have up to {MOST_SUBNETS} subnets."
        )
    if not subnets or not all(each.startswith("subnet-") for each in subnets):
        raise errors.fault("InvalidSubnet", "An invalid subnet identifier was specified.")
    return tuple(subnets)
