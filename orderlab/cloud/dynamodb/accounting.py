"""What calls on tables are let in, and what is noted down of them: units, metrics, the bill."""

from __future__ import annotations

from typing import Any

from orderlab.cloud.contracts import Telemetry
from orderlab.cloud.dynamodb.capacity import Consumed
from orderlab.cloud.dynamodb.index import Index
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.table import Change, Table
from orderlab.cloud.dynamodb.throttling import Direction, Throttled, Throughput

NAMESPACE = "AWS/DynamoDB"


class Accounting:
    """Asks the limits before a call, charges them after it, and tells the telemetry."""

    def __init__(self, telemetry: Telemetry) -> None:
        # Bound here: every call counts several things.
        self._add_units = telemetry.meter.add
        self._add_metric = telemetry.metrics.add

    def admit(self, table: Table, direction: Direction, partition: Key | None) -> None:
        """Raise Throttled if the table, or the partition key, has nothing left."""
        table.throughput.admit(direction, partition)

    def admit_index(self, index: Index, direction: Direction, key: Key | None) -> None:
        """As `admit`, for a global index; a local one has no limits of its own."""
        if index.throughput is not None:
            index.throughput.admit(direction, partition_of(index, key))

    def admit_change(self, change: Change) -> None:
        """A write is refused if any global index that it changes has nothing left."""
        for part in change.indexes:
            self.admit_index(part.index, "Write", part.key)

    def charge(
        self,
        table: Table,
        consumed: Consumed,
        partition: Key | None = None,
        index_partitions: dict[str, Key | None] | None = None,
    ) -> None:
        """Take what a call consumed from the limits, and note it down."""
        direction: Direction = "Read" if consumed.kind == "read" else "Write"
        if consumed.on_table:
            table.throughput.take(direction, consumed.on_table, partition)
            self._count(table.throughput, table, direction, consumed.on_table, None)
        for name, units in consumed.global_indexes.items():
            index = table.indexes.get(name)
            if index is None or index.throughput is None:
                continue
            where = partition_of(index, (index_partitions or {}).get(name))
            index.throughput.take(direction, units, where)
            self._count(index.throughput, table, direction, units, name)

    def _count(
        self,
        throughput: Throughput,
        table: Table,
        direction: Direction,
        units: float,
        index: str | None,
    ) -> None:
        mode = "provisioned_" if throughput.provisioned else ""
        self._add_units(f"dynamodb.{mode}{direction.lower()}_units", units, table.name)
        self.metric(f"Consumed{direction}CapacityUnits", units, table, index=index)

    def metric(
        self,
        name: str,
        value: float,
        table: Table,
        *,
        unit: str = "Count",
        **more: Any,
    ) -> None:
        """One datum; `index` and `operation` add their dimensions."""
        dimensions = {"TableName": table.name}
        if more.get("index"):
            dimensions["GlobalSecondaryIndexName"] = more["index"]
        if more.get("operation"):
            dimensions["Operation"] = more["operation"]
        self._add_metric(NAMESPACE, name, value, unit=unit, dimensions=dimensions)

    def replicated(self, table: Table, region: str, milliseconds: float) -> None:
        """Note how long a write took from another Region to `region`."""
        self._add_metric(
            NAMESPACE,
            "ReplicationLatency",
            milliseconds,
            unit="Milliseconds",
            dimensions={"TableName": table.name, "ReceivingRegion": region},
        )

    def throttled(self, table: Table, error: Throttled, operation: str) -> None:
        """Note a refusal: once for the request, once for what refused it."""
        direction = "Read" if "Read" in error.reason else "Write"
        index = error.resource.rpartition("/index/")[2] if "/index/" in error.resource else None
        self.metric("ThrottledRequests", 1, table, operation=operation)
        self.metric(f"{direction}ThrottleEvents", 1, table, index=index)


def partition_of(index: Index, key: Key | None) -> Key | None:
    """The part of an index row's key that its whole partition shares."""
    return key[: 1 + len(index.schema.keys.partition)] if key is not None else None


def index_keys(change: Change) -> dict[str, Key | None]:
    """Where in each index a write strikes."""
    return {part.index.schema.name: part.key for part in change.indexes}
