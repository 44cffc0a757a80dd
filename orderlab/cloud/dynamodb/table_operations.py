"""CreateTable, DescribeTable, ListTables, DeleteTable: tables coming and going.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.html
Differs from AWS: a table is ACTIVE as soon as CreateTable has answered, and gone as soon as
DeleteTable has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dynamodb.backups import Backups
from orderlab.cloud.dynamodb.creation_rules import check_creation, is_on_demand
from orderlab.cloud.dynamodb.describing import describe
from orderlab.cloud.dynamodb.errors import ResourceInUse, invalid
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.table_updates import require_made

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord

MAX_LISTED = 100


class TableOperations:
    """Tables are created, described, listed and deleted.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.html
    """

    def __init__(self, registry: TableRegistry, backups: Backups) -> None:
        self._registry = registry
        self._backups = backups
        self.operations: dict[str, Handler] = {
            "CreateTable": self.create_table,
            "DescribeTable": self.describe_table,
            "ListTables": self.list_tables,
            "DeleteTable": self.delete_table,
            "DescribeLimits": self.describe_limits,
        }

    def create_table(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"""
        check_input("dynamodb", "CreateTable", parameters)
        _refuse_undone(parameters, ("GlobalTableSourceArn", "VectorIndexes"))
        check_creation(parameters)
        backend = self._registry.backend(call.region)
        name = parameters["TableName"]
        if name in backend.tables:
            raise ResourceInUse(f"Table already exists: {name}")
        record: TableRecord = backend.create_table(
            name,
            schema=parameters["KeySchema"],
            throughput=parameters.get("ProvisionedThroughput"),
            attr=parameters["AttributeDefinitions"],
            global_indexes=parameters.get("GlobalSecondaryIndexes") or [],
            indexes=parameters.get("LocalSecondaryIndexes") or [],
            streams=parameters.get("StreamSpecification"),
            billing_mode="PAY_PER_REQUEST" if is_on_demand(parameters) else "PROVISIONED",
            sse_specification=parameters.get("SSESpecification"),
            tags=parameters.get("Tags") or [],
            deletion_protection_enabled=parameters.get("DeletionProtectionEnabled", False),
            warm_throughput=parameters.get("WarmThroughput"),
        )
        self._settle(record, parameters)
        if "ResourcePolicy" in parameters:
            backend.put_resource_policy(record.table_arn, parameters["ResourcePolicy"], None)
        return {"TableDescription": describe(record, "CREATING")}

    def _settle(self, record: TableRecord, parameters: Parameters) -> None:
        """What moto's own tables have no place for."""
        if "TableClass" in parameters:
            record.table_class = {"TableClass": parameters["TableClass"]}
        record.on_demand = parameters.get("OnDemandThroughput")
        for index in parameters.get("GlobalSecondaryIndexes") or []:
            if "OnDemandThroughput" in index:
                record.index_on_demand[index["IndexName"]] = index["OnDemandThroughput"]
        record.apply_throughput()

    def describe_table(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html"""
        check_input("dynamodb", "DescribeTable", parameters)
        record = self._registry.record(call.region, parameters["TableName"], named=True)
        return {"Table": describe(record)}

    def list_tables(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html"""
        check_input("dynamodb", "ListTables", parameters)
        after = parameters.get("ExclusiveStartTableName", "")
        limit = parameters.get("Limit", MAX_LISTED)
        names = sorted(name for name in self._registry.backend(call.region).tables if name > after)
        shown: dict[str, Any] = {"TableNames": names[:limit]}
        if len(names) > limit:
            shown["LastEvaluatedTableName"] = names[limit - 1]
        return shown

    def delete_table(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html"""
        check_input("dynamodb", "DeleteTable", parameters)
        record = self._registry.record(call.region, parameters["TableName"], named=True)
        require_made(record)
        if record.deletion_protection_enabled:
            raise invalid(
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first."
            )
        if record.history is not None:
            self._backups.make(record, f"{record.name}$DeletedTableBackup", "SYSTEM")
        self._registry.backend(call.region).delete_table(record.name)
        shown = describe(record, "DELETING")
        kept = ("TableName", "TableStatus", "ProvisionedThroughput", "TableSizeBytes", "ItemCount")
        also = ("TableArn", "TableId", "BillingModeSummary", "DeletionProtectionEnabled")
        return {"TableDescription": {name: shown[name] for name in kept + also if name in shown}}

    def describe_limits(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html"""
        return {
            "AccountMaxReadCapacityUnits": 80_000,
            "AccountMaxWriteCapacityUnits": 80_000,
            "TableMaxReadCapacityUnits": 40_000,
            "TableMaxWriteCapacityUnits": 40_000,
        }


def _refuse_undone(parameters: Parameters, names: tuple[str, ...]) -> None:
    for name in names:
        if parameters.get(name):
            raise NotDoneYet(f"the parameter {name} of DynamoDB tables")
