"""UpdateTable's ReplicaUpdates: replicas of a table in other Regions, made and deleted.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
Differs from AWS: a table from which a replica was made can be deleted within 24 hours.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import Faults, Parameters
from orderlab.cloud.dynamodb.accounting import Accounting, index_keys
from orderlab.cloud.dynamodb.background import (
    PORTION,
    PORTION_BYTES,
    VISIBLE_SECONDS,
    BackgroundWork,
)
from orderlab.cloud.dynamodb.describing import describe
from orderlab.cloud.dynamodb.errors import ResourceInUse, invalid
from orderlab.cloud.dynamodb.expiry import Expiry
from orderlab.cloud.dynamodb.global_table import GlobalTable
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.restored_settings import restored_settings
from orderlab.cloud.dynamodb.table import Change, Table

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord

_IMAGES = "NEW_AND_OLD_IMAGES"
_STREAM = {"StreamEnabled": True, "StreamViewType": _IMAGES}


class Replicas:
    """Makes and deletes replicas of tables."""

    def __init__(
        self,
        registry: TableRegistry,
        accounting: Accounting,
        clock: Clock,
        faults: Faults,
        work: BackgroundWork,
    ) -> None:
        self._registry = registry
        self._accounting = accounting
        self._clock = clock
        self._faults = faults
        self._work = work

    def update(self, record: TableRecord, parameters: Parameters) -> None:
        """Carry out the ReplicaUpdates of one call. Raises ValidationException, ResourceInUse."""
        steps = [_step(record, update) for update in parameters["ReplicaUpdates"]]
        group = record.global_table
        if group is not None and any(each.status != "ACTIVE" for each in group.members.values()):
            raise ResourceInUse(
                "Attempt to change a resource which is still in use: Table is being updated: "
                f"{record.name}"
            )
        for kind, content in steps:
            region = content["RegionName"]
            if region == record.region_name:
                raise ValidationException(
                    "Cannot add, delete, or update the local region through ReplicaUpdates. Use "
                    "CreateTable, DeleteTable, or UpdateTable as required."
                )
            if kind == "Create":
                self._create(record, region, content)
            else:
                self._delete(record, region)

    # --- a new replica ---

    def _create(self, record: TableRecord, region: str, content: dict[str, Any]) -> None:
        backend = self._backend(region)
        if record.name in backend.tables:
            raise ValidationException(
                "Failed to create a the new replica of table with name: "
                f"'{record.name}' because one or more replicas already existed as tables."
            )
        if record.billing_mode != "PAY_PER_REQUEST":
            raise ValidationException(
                "Table write capacity should either be Pay-Per-Request or AutoScaled."
            )
        self._require_stream(record)
        group = self._group(record)
        replica: TableRecord = backend.create_table(
            record.name, **restored_settings(describe(record), {})
        )
        replica.creating = True
        replica.table_class = record.table_class
        if "TableClassOverride" in content:
            replica.table_class = {"TableClass": content["TableClassOverride"]}
        replica.on_demand = content.get("OnDemandThroughputOverride", record.on_demand)
        replica.apply_throughput()
        replica.table.split(record.table.partitions)
        replica.global_table = group
        group.join(region, replica)
        if len(group.members) == 2:
            self._work.start(group.run(), f"replication of {record.name}")
        self._work.start(self._fill(record, replica), f"replica {record.name} in {region}")

    def _backend(self, region: str) -> Any:
        try:
            return self._registry.backend(region)
        except KeyError:
            raise invalid(f"Region {region} is not available for replicas") from None

    def _require_stream(self, record: TableRecord) -> None:
        """Replication is made from a stream; a table that has none gets it."""
        stream = record.table.stream
        if stream is None:
            record.set_stream_specification(_STREAM)
            self._registry.note_stream(record)
        elif stream.view_type != _IMAGES:
            raise invalid(f"The stream of a Global Table replica must have the view type {_IMAGES}")

    def _group(self, record: TableRecord) -> GlobalTable:
        if record.global_table is None:
            group = GlobalTable(record.name, self._clock, self._faults, self._arrived)
            group.join(record.region_name, record)
            record.global_table = group
        return record.global_table

    async def _fill(self, source: TableRecord, replica: TableRecord) -> None:
        group = replica.global_table
        assert group is not None
        await self._clock.pause(VISIBLE_SECONDS)
        self._take_over_expiry(source, replica)
        number, size = 0, 0
        # what is written meanwhile is told like any other write, and is the same or newer
        for key in source.table.rows.copy():
            stored = source.table.get(key)
            if stored is None:
                continue
            group.put_in(replica, key, stored)
            number, size = number + 1, size + stored.size
            if number == PORTION or size > PORTION_BYTES:
                number, size = 0, 0
                await asyncio.sleep(0)
        replica.set_stream_specification(_STREAM)
        self._registry.note_stream(replica)
        replica.creating = False

    def _take_over_expiry(self, source: TableRecord, replica: TableRecord) -> None:
        replica.ttl = dict(source.ttl)
        if source.table.expiry is not None:
            # it is empty still, and notes each item that comes
            replica.table.expiry = Expiry(source.table.expiry.attribute)

    # --- a replica that goes ---

    def _delete(self, record: TableRecord, region: str) -> None:
        group = record.global_table
        if group is None or region not in group.members:
            raise ValidationException(
                "Update global table operation failed because one or more replicas were not part "
                "of the global table."
            )
        replica: TableRecord = self._registry.backend(region).tables[record.name]
        if replica.deletion_protection_enabled:
            raise invalid(
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first."
            )
        replica.deleting = True
        self._work.start(self._remove(replica), f"delete replica {record.name} in {region}")

    async def _remove(self, replica: TableRecord) -> None:
        await self._clock.pause(VISIBLE_SECONDS)
        replica.deletion_protection_enabled = False
        self._registry.backend(replica.region_name).delete_table(replica.name)

    def _arrived(self, table: Table, change: Change, region: str, seconds: float) -> None:
        """Charge a write that was replicated, and note how long it was on its way."""
        if change.old is not change.new:
            keys = index_keys(change)
            self._accounting.charge(table, table.cost(change), change.partition, keys)
        self._accounting.replicated(table, region, seconds * 1000)


def _step(record: TableRecord, update: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What one of the ReplicaUpdates does: its name and its parameters."""
    if len(update) != 1:
        raise invalid("One of the actions Create, Update or Delete must be given for a replica")
    ((kind, content),) = update.items()
    if kind not in ("Create", "Delete"):
        raise NotDoneYet(f"{kind} of a replica in UpdateTable")
    for name in ("ProvisionedThroughputOverride", "GlobalSecondaryIndexes", "KMSMasterKeyId"):
        if content.get(name):
            raise NotDoneYet(f"the parameter {name} of a replica")
    return kind, content
