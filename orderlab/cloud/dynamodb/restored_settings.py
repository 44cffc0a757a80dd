"""What a restored table takes over from its source, and what a caller has otherwise.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orderlab.cloud.contracts import Parameters
from orderlab.cloud.dynamodb.errors import invalid
from orderlab.cloud.dynamodb.table_backup import billing_mode

Description = dict[str, Any]
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


def restored_settings(source: Description, parameters: Parameters) -> dict[str, Any]:
    """The settings with which the table is made, as `TableBackend.create_table` takes them.

    `source` is the API's TableDescription. Raises ValidationException for overrides that fit
    neither the source nor each other.
    """
    mode = parameters.get("BillingModeOverride") or billing_mode(source)
    on_demand = mode == "PAY_PER_REQUEST"
    given = parameters.get("ProvisionedThroughputOverride")
    if on_demand and given:
        raise invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST"
        )
    units = None if on_demand else given or _units(source["ProvisionedThroughput"])
    if units is not None and not units["ReadCapacityUnits"]:
        raise invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
            "PROVISIONED"
        )
    shared = _indexes(source, parameters, "Global", units)
    local = _indexes(source, parameters, "Local", None)
    keys = [source["KeySchema"], *(index["KeySchema"] for index in (*shared, *local))]
    return {
        "schema": source["KeySchema"],
        "attr": _definitions(source, keys),
        "throughput": units,
        "global_indexes": shared,
        "indexes": local,
        "billing_mode": mode,
        "sse_specification": parameters.get("SSESpecificationOverride"),
        "tags": [],
    }


def _units(throughput: Description) -> Description:
    return {unit: throughput[unit] for unit in _UNITS}


def _indexes(
    source: Description, parameters: Parameters, kind: str, units: Description | None
) -> list[Description]:
    """The indexes of the source, or those of them that the caller wants."""
    had = {index["IndexName"]: index for index in source.get(f"{kind}SecondaryIndexes", ())}
    override = parameters.get(f"{kind}SecondaryIndexOverride")
    wanted = list(had.values()) if override is None else override
    found = []
    for index in wanted:
        before = had.get(index["IndexName"])
        if before is None or before["KeySchema"] != index["KeySchema"]:
            raise invalid(
                f"The {kind.lower()} secondary index {index['IndexName']} does not match one of "
                "the source table"
            )
        made = {name: before[name] for name in ("IndexName", "KeySchema", "Projection")}
        if units is not None:
            own = index.get("ProvisionedThroughput") or {}
            made["ProvisionedThroughput"] = _units(own) if own.get(_UNITS[0]) else dict(units)
        found.append(made)
    return found


def _definitions(source: Description, keys: Iterable[list[Description]]) -> list[Description]:
    used = {element["AttributeName"] for schema in keys for element in schema}
    return [each for each in source["AttributeDefinitions"] if each["AttributeName"] in used]
