"""Global secondary indexes that are added to, or taken from, a table in use.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud.dynamodb.background import (
    PORTION,
    PORTION_BYTES,
    VISIBLE_SECONDS,
    BackgroundWork,
)
from orderlab.cloud.dynamodb.index import Index
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.schema import index_schema
from orderlab.cloud.dynamodb.versions import Versions

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord


class Backfills:
    """Fills new indexes while the table goes on working, a portion at a time."""

    def __init__(self, clock: Clock, work: BackgroundWork) -> None:
        self._clock = clock
        self._start = work.start

    def begin(self, record: TableRecord, content: dict[str, Any]) -> None:
        """Add an index in the state CREATING; it is ACTIVE once it is full."""
        from moto.dynamodb.models.table import GlobalSecondaryIndex

        entry = GlobalSecondaryIndex.create(content, record.table_key_attrs)
        entry.status = "CREATING"
        schema = index_schema(
            content, "global", record.attr, record.table.schema.keys, record.table_arn
        )
        index = record.table.add_index(schema)
        index.backfilling = True
        record.global_indexes = [*record.global_indexes, entry]
        if "OnDemandThroughput" in content:
            record.index_on_demand[entry.name] = content["OnDemandThroughput"]
        record.apply_throughput()
        self._start(self._fill(record, entry, index), f"backfill {record.name} {entry.name}")

    def remove(self, record: TableRecord, name: str) -> None:
        """Take an index away; it is seen as DELETING for a moment."""
        entry = next(index for index in record.global_indexes if index.name == name)
        entry.status = "DELETING"
        # it answers nothing from now on
        record.table.indexes[name].backfilling = True
        self._start(self._remove(record, entry), f"delete {record.name} {name}")

    async def _fill(self, record: TableRecord, entry: Any, index: Index) -> None:
        await self._clock.pause(VISIBLE_SECONDS)
        after: Key | None = None
        while True:
            after = _fill_portion(record, index, after)
            if after is None:
                break
            await asyncio.sleep(0)
        index.backfilling = False
        entry.status = "ACTIVE"

    async def _remove(self, record: TableRecord, entry: Any) -> None:
        await self._clock.pause(VISIBLE_SECONDS)
        record.global_indexes = [index for index in record.global_indexes if index is not entry]
        record.index_on_demand.pop(entry.name, None)
        record.throughput_changes.pop(entry.name, None)
        record.table.remove_index(entry.name)
        used = {
            element["AttributeName"]
            for schema in (record.schema, *(i.schema for i in _all_indexes(record)))
            for element in schema
        }
        record.attr = [
            definition for definition in record.attr if definition["AttributeName"] in used
        ]


def _all_indexes(record: TableRecord) -> list[Any]:
    return [*record.indexes, *record.global_indexes]


def _fill_portion(record: TableRecord, index: Index, after: Key | None) -> Key | None:
    """Index the items that follow a row; the last row of the portion, None at the end.

    Items whose key attributes have another type than the index's are left out, as AWS does.
    """
    rows = record.table.rows
    size = 0
    for number, key in enumerate(rows.keys(after, None, inclusive=(False, True)), 1):
        if not index.has(key):
            stored = rows[key]
            size += stored.size
            item = stored.item()
            if all(
                index.schema.keys.types[name] in item.get(name, ())
                for name in index.schema.keys.names
            ):
                change = index.change(key, Versions(None, stored, item))
                if change is not None:
                    index.apply(change)
        if number == PORTION or size > PORTION_BYTES:
            return key
    return None
