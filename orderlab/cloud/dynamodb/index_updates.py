"""UpdateTable's part that adds, changes and deletes global secondary indexes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Parameters
from orderlab.cloud.dynamodb.backfill import Backfills
from orderlab.cloud.dynamodb.creation_rules import (
    MAX_GLOBAL_INDEXES,
    check_global_index,
    require_defined,
)
from orderlab.cloud.dynamodb.errors import LimitExceeded, ResourceNotFound, invalid

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord


class IndexUpdates:
    """GlobalSecondaryIndexUpdates: indexes are made, changed and deleted."""

    def __init__(self, backfills: Backfills, clock: Clock) -> None:
        self._backfills = backfills
        self._clock = clock

    def update(self, record: TableRecord, parameters: Parameters) -> None:
        """Carry out the updates of one call; LimitExceeded while another index is on its way."""
        updates = parameters["GlobalSecondaryIndexUpdates"]
        online = [update for update in updates if "Create" in update or "Delete" in update]
        busy = any(index.status != "ACTIVE" for index in record.global_indexes)
        if len(online) > 1 or (online and busy):
            raise LimitExceeded(
                "Subscriber limit exceeded: Only 1 online index can be created or deleted "
                "simultaneously per table"
            )
        for update in updates:
            if len(update) != 1:
                raise invalid("One of GlobalSecondaryIndexUpdate's actions must be given")
            ((action, content),) = update.items()
            if action == "Create":
                self._create_index(record, content, parameters.get("AttributeDefinitions"))
            else:
                self._existing(record, action, content)
                if action == "Delete":
                    self._delete_index(record, content)
                else:
                    self._update_index(record, content, billing_changes="BillingMode" in parameters)

    def _existing(self, record: TableRecord, action: str, content: dict[str, Any]) -> None:
        name = content["IndexName"]
        if name not in {index.name for index in record.global_indexes}:
            raise ResourceNotFound(f"Requested resource not found: Index: {name} not found")

    def _create_index(
        self,
        record: TableRecord,
        content: dict[str, Any],
        definitions: list[dict[str, str]] | None,
    ) -> None:
        name = content["IndexName"]
        if name in record.table.indexes:
            raise invalid(f"Duplicate index name: {name}")
        if len(record.global_indexes) >= MAX_GLOBAL_INDEXES:
            raise LimitExceeded(
                "Subscriber limit exceeded: Number of global secondary indexes exceeds the "
                f"per-table limit of {MAX_GLOBAL_INDEXES}"
            )
        check_global_index(content, on_demand=record.billing_mode == "PAY_PER_REQUEST")
        known = {entry["AttributeName"]: entry for entry in [*record.attr, *(definitions or [])]}
        keys = [element["AttributeName"] for element in content["KeySchema"]]
        require_defined(keys, list(known))
        record.attr = list(known.values())
        self._backfills.begin(record, content)

    def _delete_index(self, record: TableRecord, content: dict[str, Any]) -> None:
        self._backfills.remove(record, content["IndexName"])

    def _update_index(
        self, record: TableRecord, content: dict[str, Any], *, billing_changes: bool
    ) -> None:
        index = next(i for i in record.global_indexes if i.name == content["IndexName"])
        if "ProvisionedThroughput" in content:
            if record.billing_mode == "PAY_PER_REQUEST":
                raise invalid(
                    "ProvisionedThroughput should not be specified for index: "
                    f"{index.name} when BillingMode is PAY_PER_REQUEST"
                )
            wanted = content["ProvisionedThroughput"]
            if not billing_changes:
                check_units_change(f"index {index.name}", index.throughput, wanted)
            note_throughput(record, index.name, wanted, self._clock.wall())
            index.throughput = dict(wanted)
        if "OnDemandThroughput" in content:
            record.index_on_demand[index.name] = content["OnDemandThroughput"]
        if "WarmThroughput" in content:
            index.warm_throughput = {**index.warm_throughput, **content["WarmThroughput"]}
        record.apply_throughput()


def check_units_change(of: str, units: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Raise ValidationException if a table or index is to have the units that it has."""
    kinds = ("ReadCapacityUnits", "WriteCapacityUnits")
    if any(units.get(kind) != wanted[kind] for kind in kinds):
        return
    compared = ". ".join(
        f"Current {kind} provisioned for the {of.partition(' ')[0]}: {wanted[kind]}. "
        f"Requested {kind}: {wanted[kind]}"
        for kind in kinds
    )
    raise ValidationException(
        f"The provisioned throughput for the {of} will not change. The requested value equals the "
        f"current value. {compared}. Refer to the Amazon DynamoDB Developer Guide for current "
        "limits and how to request higher limits."
    )


def note_throughput(record: TableRecord, index: str, wanted: dict[str, Any], wall: float) -> None:
    """Remember when the throughput of an index ("" the table) went up or down."""
    entry = next((entry for entry in record.global_indexes if entry.name == index), record)
    before = entry.throughput
    changes = record.throughput_changes.setdefault(index, {})
    units = ("ReadCapacityUnits", "WriteCapacityUnits")
    if any(wanted[unit] > before.get(unit, 0) for unit in units):
        changes["LastIncreaseDateTime"] = wall
    if any(wanted[unit] < before.get(unit, 0) for unit in units):
        changes["LastDecreaseDateTime"] = wall
        changes["NumberOfDecreasesToday"] = changes.get("NumberOfDecreasesToday", 0) + 1
