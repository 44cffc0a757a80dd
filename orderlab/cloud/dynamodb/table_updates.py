"""UpdateTable: capacity, billing mode, table class, stream, deletion protection, indexes.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dynamodb import partitions
from orderlab.cloud.dynamodb.backfill import Backfills
from orderlab.cloud.dynamodb.creation_rules import (
    check_stream,
)
from orderlab.cloud.dynamodb.describing import describe
from orderlab.cloud.dynamodb.errors import (
    LimitExceeded,
    ResourceInUse,
    invalid,
)
from orderlab.cloud.dynamodb.index_updates import (
    IndexUpdates,
    check_units_change,
    note_throughput,
)
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.replicas import Replicas

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord

_UNDONE = (
    "GlobalTableWitnessUpdates",
    "GlobalTableSettingsReplicationMode",
    "VectorIndexUpdates",
)
# settings that all replicas of a table have in common
_SYNCHRONIZED = ("OnDemandThroughput", "GlobalSecondaryIndexUpdates", "WarmThroughput")
# switches to on-demand that AWS allows in 24 hours
MAX_SWITCHES = 4
SWITCH_SECONDS = 24 * 3600


class TableUpdates:
    """UpdateTable: billing mode, throughput, indexes, stream and protection."""

    def __init__(
        self, registry: TableRegistry, clock: Clock, backfills: Backfills, replicas: Replicas
    ) -> None:
        self._registry = registry
        self._replicas = replicas
        self._clock = clock
        self._indexes = IndexUpdates(backfills, clock)
        self._switches: dict[str, list[float]] = {}
        self.operations: dict[str, Handler] = {"UpdateTable": self.update_table}

    def update_table(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"""
        check_input("dynamodb", "UpdateTable", parameters)
        strong = parameters.get("MultiRegionConsistency") == "STRONG"
        for name in ("MultiRegionConsistency", *_UNDONE) if strong else _UNDONE:
            if parameters.get(name):
                raise NotDoneYet(f"the parameter {name} of DynamoDB tables")
        steps: dict[str, Callable[[TableRecord, Parameters], None]] = {
            "BillingMode": self._billing,
            "ProvisionedThroughput": self._throughput,
            "OnDemandThroughput": self._on_demand,
            "GlobalSecondaryIndexUpdates": self._indexes.update,
            "StreamSpecification": self._stream,
            "TableClass": self._table_class,
            "DeletionProtectionEnabled": self._protection,
            "SSESpecification": self._encryption,
            "WarmThroughput": self._warm,
            "ReplicaUpdates": self._replicas.update,
        }
        chosen = [name for name in steps if name in parameters]
        if not chosen:
            raise invalid(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"
            )
        record = self._registry.record(call.region, parameters["TableName"], named=True)
        require_made(record)
        _check_throughput_changes(record, parameters, chosen)
        for name in chosen:
            steps[name](record, parameters)
            if name in _SYNCHRONIZED:
                for replica in self._registry.other_replicas(record):
                    steps[name](replica, parameters)
        return {"TableDescription": describe(record, "UPDATING")}

    # --- capacity ---

    def _billing(self, record: TableRecord, parameters: Parameters) -> None:
        mode = parameters["BillingMode"]
        if mode == "PAY_PER_REQUEST":
            if "ProvisionedThroughput" in parameters:
                raise invalid(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                    "BillingMode is PAY_PER_REQUEST"
                )
            if record.billing_mode != mode:
                self._to_on_demand(record)
        elif record.billing_mode != mode:
            if record.global_table is not None:
                raise ValidationException(
                    "Table write capacity should either be Pay-Per-Request or AutoScaled."
                )
            self._to_provisioned(record, parameters)
        record.billing_mode = mode
        record.apply_throughput()

    def _to_on_demand(self, record: TableRecord) -> None:
        now = self._clock.now()
        recent = [
            at for at in self._switches.get(record.table_arn, []) if at + SWITCH_SECONDS > now
        ]
        if len(recent) >= MAX_SWITCHES:
            raise LimitExceeded(
                "Subscriber limit exceeded: Update to PayPerRequest mode are limited to "
                f"{MAX_SWITCHES} times in 24 hours from 00:00 UTC"
            )
        self._switches[record.table_arn] = [*recent, now]
        none = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
        record.throughput = dict(none)
        for index in record.global_indexes:
            index.throughput = dict(none)
        record.billing = {
            "BillingMode": "PAY_PER_REQUEST",
            "LastUpdateToPayPerRequestDateTime": self._clock.wall(),
        }

    def _to_provisioned(self, record: TableRecord, parameters: Parameters) -> None:
        if "ProvisionedThroughput" not in parameters:
            raise invalid(
                "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
                "BillingMode is PROVISIONED"
            )
        updates = parameters.get("GlobalSecondaryIndexUpdates", [])
        given = {
            update["Update"]["IndexName"]: update["Update"]["ProvisionedThroughput"]
            for update in updates
            if "Update" in update and "ProvisionedThroughput" in update["Update"]
        }
        for index in record.global_indexes:
            if index.name not in given:
                raise invalid(f"ProvisionedThroughput must be specified for index: {index.name}")
        for index in record.global_indexes:
            index.throughput = dict(given[index.name])
        record.throughput = dict(parameters["ProvisionedThroughput"])
        record.table.split(partitions.of_table(record.throughput, None))
        record.on_demand = None
        record.billing = {**(record.billing or {}), "BillingMode": "PROVISIONED"}

    def _throughput(self, record: TableRecord, parameters: Parameters) -> None:
        wanted = parameters["ProvisionedThroughput"]
        if record.billing_mode == "PAY_PER_REQUEST":
            raise invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                "BillingMode is PAY_PER_REQUEST"
            )
        note_throughput(record, "", wanted, self._clock.wall())
        record.throughput = dict(wanted)
        record.table.split(partitions.of_table(wanted, None))
        record.apply_throughput()

    def _on_demand(self, record: TableRecord, parameters: Parameters) -> None:
        if record.billing_mode != "PAY_PER_REQUEST":
            raise invalid("OnDemandThroughput cannot be specified when BillingMode is PROVISIONED")
        record.on_demand = {**(record.on_demand or {}), **parameters["OnDemandThroughput"]}
        record.apply_throughput()

    def _warm(self, record: TableRecord, parameters: Parameters) -> None:
        wanted = parameters["WarmThroughput"]
        record.warm_throughput = {**record.warm_throughput, **wanted}
        record.table.split(partitions.of_table(None, wanted))

    # --- the rest ---

    def _stream(self, record: TableRecord, parameters: Parameters) -> None:
        wanted = parameters["StreamSpecification"]
        check_stream(wanted)
        running = record.table.stream is not None
        if wanted["StreamEnabled"] and running:
            raise invalid(f"Table already has an enabled stream: TableName: {record.name}")
        if not wanted["StreamEnabled"] and not running:
            raise invalid(f"Table already has a disabled stream: TableName: {record.name}")
        if running and self._registry.other_replicas(record):
            raise invalid("Disabling Stream is not allowed for a Global Table replica.")
        record.set_stream_specification(wanted)
        self._registry.note_stream(record)

    def _table_class(self, record: TableRecord, parameters: Parameters) -> None:
        record.table_class = {
            "TableClass": parameters["TableClass"],
            "LastUpdateDateTime": self._clock.wall(),
        }

    def _protection(self, record: TableRecord, parameters: Parameters) -> None:
        record.deletion_protection_enabled = parameters["DeletionProtectionEnabled"]

    def _encryption(self, record: TableRecord, parameters: Parameters) -> None:
        wanted = dict(parameters["SSESpecification"])
        if wanted.get("Enabled"):
            key = wanted.get("KMSMasterKeyId") or record.default_encryption_key()
            wanted["KMSMasterKeyId"] = key
        record.sse_specification = wanted


def require_made(record: TableRecord) -> None:
    """Raise ResourceInUseException for a table that is still being restored."""
    if record.creating:
        raise ResourceInUse(
            "Attempt to change a resource which is still in use: Table is being created: "
            f"{record.name}"
        )


def _check_throughput_changes(
    record: TableRecord, parameters: Parameters, chosen: list[str]
) -> None:
    """Refuse an update that asks for the throughput that is there already, and for nothing else."""
    provisioned = record.billing_mode == "PROVISIONED"
    stays = parameters.get("BillingMode", "PROVISIONED") == "PROVISIONED"
    if provisioned and stays and {*chosen} <= {"BillingMode", "ProvisionedThroughput"}:
        wanted = parameters.get("ProvisionedThroughput")
        if wanted is not None:
            check_units_change("table", record.throughput, wanted)
