"""Parameter groups.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.cluster-management.html#DAX.cluster-management.custom-settings
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dax import errors
from orderlab.cloud.dax.operations import values
from orderlab.cloud.dax.parameter_group import (
    DEFAULT_GROUP,
    QUERY_TTL,
    RECORD_TTL,
    ParameterGroup,
)
from orderlab.cloud.dax.registry import Region, Registry

MOST_GROUPS = 20
MOST_CHANGES = 20
MOST_MILLIS = 2**63 - 1


class ParameterGroupOperations:
    """Parameter groups and their parameters."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "CreateParameterGroup": self.create_parameter_group,
            "DescribeParameterGroups": self.describe_parameter_groups,
            "UpdateParameterGroup": self.update_parameter_group,
            "DeleteParameterGroup": self.delete_parameter_group,
            "DescribeParameters": self.describe_parameters,
            "DescribeDefaultParameters": self.describe_default_parameters,
        }

    def _found(self, call: Call, parameters: Parameters) -> tuple[Region, ParameterGroup]:
        region = self._registry.region(call.region)
        return region, _find(region, values.text(parameters, "ParameterGroupName"))

    def create_parameter_group(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateParameterGro
        up.html"""
        region = self._registry.region(call.region)
        name = values.new_name(parameters, "ParameterGroupName", 255)
        if name in region.parameter_groups:
            raise errors.fault(
                "ParameterGroupAlreadyExistsFault", f"Parameter group {name} already exists."
            )
        if len(region.parameter_groups) > MOST_GROUPS:
            raise errors.fault(
                "ParameterGroupQuotaExceededFault",
                f"You may have up to {MOST_GROUPS} parameter groups.",
            )
        group = ParameterGroup(name, values.text(parameters, "Description", ""))
        region.parameter_groups[name] = group
        region.note("PARAMETER_GROUP", name, "Parameter group created.")
        return {"ParameterGroup": group.described()}

    def describe_parameter_groups(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeParameterG
        roups.html"""
        region = self._registry.region(call.region)
        names = values.texts(parameters, "ParameterGroupNames")
        found = [_find(region, name) for name in names] or list(region.parameter_groups.values())
        return values.page([each.described() for each in found], parameters, "ParameterGroups")

    def update_parameter_group(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_UpdateParameterGro
        up.html"""
        region, group = self._found(call, parameters)
        if group.name == DEFAULT_GROUP:
            raise errors.invalid_value(f"The parameter group {group.name} cannot be modified.")
        group.values.update(_changes(parameters))
        region.note("PARAMETER_GROUP", group.name, "Parameter group modified.")
        return {"ParameterGroup": group.described()}

    def delete_parameter_group(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DeleteParameterGro
        up.html"""
        region, group = self._found(call, parameters)
        in_use = any(each.parameters is group for each in region.clusters.values())
        if in_use or group.name == DEFAULT_GROUP:
            why = "it is in use by a cluster" if in_use else "it is a default group"
            raise errors.fault(
                "InvalidParameterGroupStateFault",
                f"Parameter group {group.name} cannot be deleted: {why}.",
            )
        del region.parameter_groups[group.name]
        region.note("PARAMETER_GROUP", group.name, "Parameter group deleted.")
        return {"DeletionMessage": f"Parameter group {group.name} has been deleted."}

    def describe_parameters(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeParameters
        .html"""
        _, group = self._found(call, parameters)
        source = values.text(parameters, "Source", "")
        found = [each for each in group.parameters() if source in ("", each["Source"])]
        return values.page(found, parameters, "Parameters")

    def describe_default_parameters(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeDefaultPar
        ameters.html"""
        found = ParameterGroup(DEFAULT_GROUP).parameters()
        return values.page(found, parameters, "Parameters")


def _find(region: Region, name: str) -> ParameterGroup:
    group = region.parameter_groups.get(name.lower())
    if group is None:
        raise errors.parameter_group_not_found(name)
    return group


def _changes(parameters: Parameters) -> dict[str, int]:
    given: Any = parameters.get("ParameterNameValues")
    if not isinstance(given, list) or not given:
        raise errors.invalid_value("The parameter ParameterNameValues must be provided.")
    if len(given) > MOST_CHANGES:
        raise errors.invalid_value(f"You can modify up to {MOST_CHANGES} parameters at a time.")
    found = {}
    for each in given:
        name = values.text(each, "ParameterName")
        if name not in (RECORD_TTL, QUERY_TTL):
            raise errors.invalid_value(f"Invalid parameter name: {name[:60]}")
        value = values.text(each, "ParameterValue")
        if (
            not (value.isascii() and value.isdecimal())
            or len(value) > 19
            or int(value) > MOST_MILLIS
        ):
            raise errors.invalid_value(f"Invalid value for the parameter {name}: {value[:60]}")
        found[name] = int(value)
    return found
