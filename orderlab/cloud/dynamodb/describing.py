"""DescribeTable: what can be seen of a table.

Differs from AWS: ItemCount and TableSizeBytes are current, not up to six hours old.
"""

from __future__ import annotations

from typing import Any, Protocol

from orderlab.cloud.dynamodb.global_table import VERSION, GlobalTable
from orderlab.cloud.dynamodb.index import Index
from orderlab.cloud.dynamodb.table import Table
from orderlab.cloud.dynamodb.throttling import WARM_READ_UNITS, WARM_WRITE_UNITS


class Described(Protocol):
    """What a description shows of a `TableRecord`; the names are moto's where moto keeps it."""

    name: str
    attr: list[dict[str, str]]
    schema: list[dict[str, str]]
    table_arn: str
    table_id: str
    created: float
    throughput: dict[str, Any]
    warm_throughput: dict[str, Any]
    deletion_protection_enabled: bool
    billing: dict[str, Any] | None
    indexes: list[Any]
    global_indexes: list[Any]
    latest_stream_label: str | None
    stream_specification: dict[str, Any]
    table_class: dict[str, Any] | None
    on_demand: dict[str, int] | None
    index_on_demand: dict[str, dict[str, int]]
    throughput_changes: dict[str, dict[str, Any]]
    sse_specification: dict[str, Any]
    restore_summary: dict[str, Any] | None
    creating: bool
    deleting: bool
    global_table: GlobalTable | None
    region_name: str

    @property
    def table(self) -> Table:
        """The table itself, with its items and indexes."""


def describe(record: Described, status: str | None = None) -> dict[str, Any]:
    """The API's TableDescription; `status` says what the call that asks is just doing."""
    table = record.table
    shown: dict[str, Any] = {
        "AttributeDefinitions": record.attr,
        "TableName": record.name,
        "KeySchema": record.schema,
        "TableStatus": status or _status(record),
        "CreationDateTime": record.created,
        "ProvisionedThroughput": _throughput(record, "", record.throughput),
        "TableSizeBytes": table.rows.bytes,
        "ItemCount": len(table.rows),
        "TableArn": record.table_arn,
        "TableId": record.table_id,
        "DeletionProtectionEnabled": bool(record.deletion_protection_enabled),
        "WarmThroughput": _warm(record.warm_throughput),
    }
    if record.billing is not None:
        shown["BillingModeSummary"] = record.billing
    local = [_local(index) for index in table.indexes.values() if index.schema.kind == "local"]
    if local:
        shown["LocalSecondaryIndexes"] = [
            {**_of_moto(record.indexes, entry["IndexName"]), **entry} for entry in local
        ]
    if record.global_indexes:
        shown["GlobalSecondaryIndexes"] = [
            _global(record, index, status) for index in record.global_indexes
        ]
    shown.update(_optional(record))
    return shown


def _status(record: Described) -> str:
    if record.creating or record.deleting:
        return "CREATING" if record.creating else "DELETING"
    group = record.global_table
    if group is not None and any(each.status != "ACTIVE" for each in group.members.values()):
        return "UPDATING"
    changing = any(
        index.backfilling or getattr(index, "deleting", False)
        for index in record.table.indexes.values()
    )
    return "UPDATING" if changing else "ACTIVE"


def _optional(record: Described) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if record.latest_stream_label:
        shown["LatestStreamLabel"] = record.latest_stream_label
        shown["LatestStreamArn"] = f"{record.table_arn}/stream/{record.latest_stream_label}"
    if record.stream_specification and record.stream_specification.get("StreamEnabled"):
        shown["StreamSpecification"] = record.stream_specification
    if record.table_class is not None:
        shown["TableClassSummary"] = record.table_class
    if record.on_demand is not None:
        shown["OnDemandThroughput"] = record.on_demand
    if record.sse_specification and record.sse_specification.get("Enabled"):
        shown["SSEDescription"] = {
            "Status": "ENABLED",
            "SSEType": "KMS",
            "KMSMasterKeyArn": record.sse_specification.get("KMSMasterKeyId"),
        }
    if record.global_table is not None and len(record.global_table.members) > 1:
        shown["GlobalTableVersion"] = VERSION
        shown["MultiRegionConsistency"] = "EVENTUAL"
        shown["Replicas"] = record.global_table.described(record.region_name)
    if record.restore_summary is not None:
        shown["RestoreSummary"] = record.restore_summary
    return shown


def _of_moto(indexes: list[Any], name: str) -> dict[str, Any]:
    index = next(index for index in indexes if index.name == name)
    return {"IndexName": name, "KeySchema": index.schema, "Projection": index.projection}


def _local(index: Index) -> dict[str, Any]:
    return {
        "IndexName": index.schema.name,
        "IndexSizeBytes": index.rows.bytes,
        "ItemCount": len(index.rows),
        "IndexArn": index.schema.arn,
    }


def _global(record: Described, index: Any, status: str | None) -> dict[str, Any]:
    ours = record.table.indexes[index.name]
    shown = {
        **_of_moto(record.global_indexes, index.name),
        **_local(ours),
        "IndexStatus": "CREATING" if status == "CREATING" else index.status,
        "ProvisionedThroughput": _throughput(record, index.name, index.throughput),
        "WarmThroughput": _warm(index.warm_throughput),
    }
    if ours.backfilling:
        shown["Backfilling"] = True
    if index.name in record.index_on_demand:
        shown["OnDemandThroughput"] = record.index_on_demand[index.name]
    return shown


def _throughput(record: Described, name: str, units: dict[str, Any]) -> dict[str, Any]:
    shown = {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": units["ReadCapacityUnits"],
        "WriteCapacityUnits": units["WriteCapacityUnits"],
    }
    shown.update(record.throughput_changes.get(name, {}))
    return shown


def _warm(warm: dict[str, Any]) -> dict[str, Any]:
    return {
        "ReadUnitsPerSecond": warm.get("ReadUnitsPerSecond", WARM_READ_UNITS),
        "WriteUnitsPerSecond": warm.get("WriteUnitsPerSecond", WARM_WRITE_UNITS),
        "Status": "ACTIVE",
    }
