"""What calls cost, in read and write units.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

READ_UNIT_BYTES = 4096
WRITE_UNIT_BYTES = 1024
TRANSACTION_FACTOR = 2


def read_units(size: int, consistent: bool) -> float:
    """Units of reading `size` bytes at once; nothing costs as much as the smallest something."""
    units = max(1, -(-size // READ_UNIT_BYTES))
    return float(units) if consistent else units / 2


def write_units(size: int) -> float:
    """Units of writing an item of `size` bytes; an update has the larger of before and after."""
    return float(max(1, -(-size // WRITE_UNIT_BYTES)))


@dataclass
class Consumed:
    """What one call has consumed on one table and on each of its indexes."""

    table_name: str
    kind: Literal["read", "write"]
    table: float = 0.0
    global_indexes: dict[str, float] = field(default_factory=dict)
    local_indexes: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Units of the table and all of its indexes."""
        if not self.global_indexes and not self.local_indexes:
            return self.table
        indexes = (*self.global_indexes.values(), *self.local_indexes.values())
        return self.table + sum(indexes)

    @property
    def on_table(self) -> float:
        """Units that count against the table's own throughput: local indexes share it."""
        return self.table + sum(self.local_indexes.values())

    def add_index(self, name: str, kind: str, units: float) -> None:
        """Add units of one index; `kind` is `global` or `local`."""
        indexes = self.global_indexes if kind == "global" else self.local_indexes
        indexes[name] = indexes.get(name, 0.0) + units

    def add(self, other: Consumed) -> None:
        """Add what another call on the same table consumed."""
        self.table += other.table
        for name, units in other.global_indexes.items():
            self.add_index(name, "global", units)
        for name, units in other.local_indexes.items():
            self.add_index(name, "local", units)

    def described(self, wanted: str | None, *, split: bool = False) -> dict[str, Any]:
        """The API's ConsumedCapacity; `split` names the kind of units, as transactions do."""
        shown: dict[str, Any] = {"TableName": self.table_name, "CapacityUnits": self.total}
        member = "ReadCapacityUnits" if self.kind == "read" else "WriteCapacityUnits"
        if split:
            shown[member] = self.total
        if wanted == "INDEXES":
            shown["Table"] = {"CapacityUnits": self.table}
            if split:
                shown["Table"][member] = self.table
            for name, indexes in (
                ("GlobalSecondaryIndexes", self.global_indexes),
                ("LocalSecondaryIndexes", self.local_indexes),
            ):
                if indexes:
                    shown[name] = {
                        index: {"CapacityUnits": units, **({member: units} if split else {})}
                        for index, units in indexes.items()
                    }
        return shown


def described_all(
    consumed: dict[str, Consumed], wanted: str | None, *, split: bool = False
) -> list[dict[str, Any]]:
    """ConsumedCapacity of a call on several tables."""
    return [part.described(wanted, split=split) for part in consumed.values()]
