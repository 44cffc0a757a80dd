"""Time to live: items that delete themselves.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
Differs from AWS: expired items go within about two scaled seconds, where AWS takes up to a few
days; switching takes effect at once and is not limited to once an hour.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dynamodb.accounting import Accounting
from orderlab.cloud.dynamodb.expiry import Expiry
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.shard_log import TTL_IDENTITY
from orderlab.cloud.dynamodb.table import Table

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord

log = logging.getLogger("orderlab.cloud.dynamodb")

SWEEP_SECONDS = 2.0
# entries, and bytes of items, that are looked at between two looks at other calls
PORTION = 100
PORTION_BYTES = 200_000


class TimeToLive:
    """Items with a time after which they are deleted.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """

    def __init__(self, registry: TableRegistry, accounting: Accounting, clock: Clock) -> None:
        self._registry = registry
        self._accounting = accounting
        self._clock = clock
        self._sweeper: asyncio.Task[None] | None = None
        self._readers: set[asyncio.Task[None]] = set()
        self.operations: dict[str, Handler] = {
            "UpdateTimeToLive": self.update_time_to_live,
            "DescribeTimeToLive": self.describe_time_to_live,
        }

    def update_time_to_live(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html"""
        check_input("dynamodb", "UpdateTimeToLive", parameters)
        record = self._registry.record(call.region, parameters["TableName"], named=True)
        wanted = parameters["TimeToLiveSpecification"]
        current = record.ttl.get("AttributeName")
        if wanted["Enabled"]:
            if current is not None:
                raise ValidationException("TimeToLive is already enabled")
            for each in (record, *self._registry.other_replicas(record)):
                self._begin(each, wanted["AttributeName"])
        else:
            if current is None:
                raise ValidationException("TimeToLive is already disabled")
            if current != wanted["AttributeName"]:
                raise ValidationException(
                    "TimeToLive is active on a different AttributeName: current AttributeName is "
                    f"{current}"
                )
            for each in (record, *self._registry.other_replicas(record)):
                each.ttl = {"TimeToLiveStatus": "DISABLED"}
                each.table.expiry = None
        return {"TimeToLiveSpecification": wanted}

    def describe_time_to_live(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.htm
        l"""
        check_input("dynamodb", "DescribeTimeToLive", parameters)
        record = self._registry.record(call.region, parameters["TableName"], named=True)
        return {"TimeToLiveDescription": dict(record.ttl)}

    def _begin(self, record: TableRecord, attribute: str) -> None:
        record.ttl = {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}
        table = record.table
        table.expiry = Expiry(attribute)
        task = asyncio.get_running_loop().create_task(
            _read_all(table, table.expiry), name=f"expiry of {table.name}"
        )
        self._readers.add(task)
        task.add_done_callback(self._readers.discard)

    # --- the sweeper ---

    async def start(self) -> None:
        """Begin to delete items that have expired."""
        self._sweeper = asyncio.create_task(self._sweep_for_ever(), name="time to live")

    async def stop(self) -> None:
        """End what runs in the background."""
        tasks: list[asyncio.Task[Any]] = [*self._readers]
        if self._sweeper is not None:
            tasks.append(self._sweeper)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _sweep_for_ever(self) -> None:
        while True:
            await self._clock.pause(SWEEP_SECONDS)
            for record in self._registry.records():
                group = record.global_table
                if group is not None and not group.expires_in(record.region_name):
                    continue
                try:
                    await self._sweep(record.table)
                except Exception:
                    log.exception("expired items of %s could not be deleted", record.name)

    async def _sweep(self, table: Table) -> None:
        while table.expiry is not None:
            expired = list(table.expiry.due(self._clock.wall(), PORTION))
            for key in expired:
                self._delete(table, key)
            if not expired:
                return
            await asyncio.sleep(0)

    def _delete(self, table: Table, key: Key) -> None:
        partition = key[: 1 + len(table.schema.keys.partition)]
        change = table.change(key, None, None, partition)
        change.identity = TTL_IDENTITY
        table.apply(change)
        self._accounting.metric("TimeToLiveDeletedItemCount", 1, table)


async def _read_all(table: Table, expiry: Expiry) -> None:
    """Note the items that a table had before its time to live was switched on."""
    after: Key | None = None
    while True:
        number, size, more = 0, 0, False
        for key in table.rows.keys(after, None, inclusive=(False, True)):
            stored = table.rows[key]
            expiry.note(key, stored.item())
            after, number, size = key, number + 1, size + stored.size
            if number == PORTION or size > PORTION_BYTES:
                more = True
                break
        if not more:
            return
        await asyncio.sleep(0)
