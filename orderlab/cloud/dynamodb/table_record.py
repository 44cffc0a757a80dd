"""A table as the control plane knows it: moto's table, with ours behind it.

moto knows that a table exists, how it is tagged and what its policies are; the items, indexes and
streams are ours (`table.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.dynamodb.models.table import Table as MotoTable

from orderlab.cloud.dynamodb import partitions
from orderlab.cloud.dynamodb.describing import describe
from orderlab.cloud.dynamodb.global_table import GlobalTable
from orderlab.cloud.dynamodb.history import History
from orderlab.cloud.dynamodb.schema import Kind, TableSchema, index_schema, key_schema
from orderlab.cloud.dynamodb.stream_log import StreamLog
from orderlab.cloud.dynamodb.table import Behaviour, Table


class TableRecord(MotoTable):  # type: ignore[misc]
    """What the control plane knows of a table; `data` is the table itself."""

    # told by `backend` before moto's own constructor runs
    behaviour: ClassVar[Behaviour]

    def __init__(self, table_name: str, **details: Any) -> None:
        self.table_id = str(uuid.uuid4())
        self.created = self.behaviour.clock.wall()
        self.table_class: dict[str, Any] | None = None
        self.on_demand: dict[str, int] | None = None
        self.index_on_demand: dict[str, dict[str, int]] = {}
        self.billing: dict[str, Any] | None = None
        # what of a table's or index's throughput changed, and when, by index name ("" the table)
        self.throughput_changes: dict[str, dict[str, Any]] = {}
        self.restore_summary: dict[str, Any] | None = None
        self.log: StreamLog | None = None
        # while it is being restored; calls about its items find no table then
        self.creating = False
        # while its replica is being deleted
        self.deleting = False
        self.history: History | None = None
        self.global_table: GlobalTable | None = None
        self.data: Table | None = None
        streams = details.pop("streams", None)
        warm = details.get("warm_throughput")
        super().__init__(table_name, streams=None, **details)
        self.data = self._data()
        provisioned = None if self.billing_mode == "PAY_PER_REQUEST" else self.throughput
        self.data.split(partitions.of_table(provisioned, warm))
        if self.billing_mode == "PAY_PER_REQUEST":
            self.billing = {
                "BillingMode": "PAY_PER_REQUEST",
                "LastUpdateToPayPerRequestDateTime": self.behaviour.clock.wall(),
            }
        self.apply_throughput()
        if streams:
            self.set_stream_specification(streams)

    @property
    def table(self) -> Table:
        """The table itself, once moto's constructor has made it."""
        assert self.data is not None
        return self.data

    def _data(self) -> Table:
        keys = key_schema(self.schema, self.attr)
        schema = TableSchema(keys)
        kinds: tuple[tuple[Kind, list[Any]], ...] = (
            ("local", self.indexes),
            ("global", self.global_indexes),
        )
        for kind, listed in kinds:
            for index in listed:
                description = {
                    "IndexName": index.name,
                    "KeySchema": index.schema,
                    "Projection": index.projection,
                }
                schema.indexes[index.name] = index_schema(
                    description, kind, self.attr, keys, self.table_arn
                )
        return Table(self.name, self.table_arn, schema, self.behaviour)

    def apply_throughput(self) -> None:
        """Let the table's limits follow its billing mode and settings."""
        on_demand = self.billing_mode == "PAY_PER_REQUEST"
        if on_demand:
            self.table.throughput.on_demand(*_maxima(self.on_demand))
        else:
            self.table.throughput.provision(*_units(self.throughput))
        for index in self.global_indexes:
            limits = self.table.indexes[index.name].throughput
            assert limits is not None
            if on_demand:
                limits.on_demand(*_maxima(self.index_on_demand.get(index.name)))
            else:
                limits.provision(*_units(index.throughput))

    def set_stream_specification(self, streams: Mapping[str, Any] | None) -> None:
        """Begin or end the stream. moto calls this too, while it constructs a table."""
        if self.data is None:
            self.stream_specification: dict[str, Any] = {"StreamEnabled": False}
            return
        if streams and (streams.get("StreamEnabled") or streams.get("StreamViewType")):
            view = streams.get("StreamViewType") or "NEW_AND_OLD_IMAGES"
            self.stream_specification = {"StreamEnabled": True, "StreamViewType": view}
            self.log = StreamLog(
                self.table_arn,
                self.schema,
                view,
                self.behaviour.clock,
                self.data.partitions,
                self.behaviour.spill,
            )
            self.latest_stream_label = self.log.label
            self.data.stream = self.log
        else:
            self.stream_specification = {"StreamEnabled": False}
            if self.data.stream is not None:
                self.data.stream.close()
                self.data.stream = None

    def keep_history(self, history: History | None) -> None:
        """Begin or end to remember what changes replace (point-in-time recovery)."""
        if self.history is not None:
            self.table.stop_observing(self.history.note)
        self.history = history
        if history is not None:
            self.table.observe(history.note)

    def default_encryption_key(self) -> str:
        """The ARN of the account's key for DynamoDB, which is made when it is first needed."""
        arn: str = self._get_default_encryption_key(self.account_id, self.region_name)
        return arn

    def describe(self, base_key: str = "TableDescription") -> dict[str, Any]:
        """The table as DescribeTable shows it."""
        return {base_key: describe(self)}

    def __len__(self) -> int:
        return len(self.data.rows) if self.data is not None else 0


def _units(throughput: Mapping[str, Any]) -> tuple[float, float]:
    return throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]


def _maxima(throughput: Mapping[str, int] | None) -> tuple[int | None, int | None]:
    found = throughput or {}
    return found.get("MaxReadRequestUnits"), found.get("MaxWriteRequestUnits")
