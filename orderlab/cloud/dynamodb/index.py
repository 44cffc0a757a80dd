"""A secondary index: rows of its own, kept in step with the table's.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.cloud.dynamodb.capacity import write_units
from orderlab.cloud.dynamodb.rows import Key, Rows
from orderlab.cloud.dynamodb.schema import IndexSchema
from orderlab.cloud.dynamodb.staleness import Lag
from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.throttling import Throughput
from orderlab.cloud.dynamodb.versions import Versions


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What a write of an item does to an index, and what that costs."""

    index: Index
    base: Key
    key: Key | None
    view: Stored | None
    units: float


class Index:
    """One index. `throughput` is a global index's own; a local index shares its table's."""

    def __init__(
        self, schema: IndexSchema, throughput: Throughput | None, lag: Lag | None = None
    ) -> None:
        self.schema = schema
        self.throughput = throughput
        self.lag = lag if schema.kind == "global" else None
        self.rows = Rows()
        # where each item of the table stands in this index
        self._places: dict[Key, Key] = {}
        # what is written but not yet carried out because the index lags
        self._coming: dict[Key, tuple[Key | None, Stored | None]] = {}
        # while it is being filled it takes writes but answers no reads
        self.backfilling = False

    def change(self, base: Key, versions: Versions) -> IndexChange | None:
        """What a write of an item changes here; None if it changes nothing.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
        """
        old_key, old_view = self._standing(base)
        item = versions.item
        if item is None or not self.schema.holds(item):
            if old_view is None:
                return None
            return IndexChange(self, base, None, None, write_units(old_view.size))
        key = (*self.schema.keys.key(item), base)
        view = versions.view(self.schema)
        if old_view is None:
            return IndexChange(self, base, key, view, write_units(view.size))
        if old_key != key:
            units = write_units(old_view.size) + write_units(view.size)
            return IndexChange(self, base, key, view, units)
        if versions.shows_the_same(self.schema, view, old_view):
            return None
        return IndexChange(self, base, key, view, write_units(max(view.size, old_view.size)))

    def _standing(self, base: Key) -> tuple[Key | None, Stored | None]:
        if base in self._coming:
            return self._coming[base]
        key = self._places.get(base)
        return (key, self.rows[key]) if key is not None else (None, None)

    def apply(self, change: IndexChange) -> None:
        """Carry a change out; later, if the index lags."""
        if self.lag is None:
            self._move(change.base, change.key, change.view)
            return
        self._coming[change.base] = (change.key, change.view)
        self.lag.later(lambda: self._arrive(change))

    def _arrive(self, change: IndexChange) -> None:
        if self._coming.get(change.base) == (change.key, change.view):
            del self._coming[change.base]
        self._move(change.base, change.key, change.view)

    def _move(self, base: Key, key: Key | None, view: Stored | None) -> None:
        old_key = self._places.get(base)
        if old_key is not None and old_key != key:
            self.rows.remove(old_key)
            del self._places[base]
        if key is not None and view is not None:
            self.rows.put(key, view)
            self._places[base] = key

    def catch_up(self) -> None:
        """Carry out what is due."""
        if self.lag is not None:
            self.lag.catch_up()

    def has(self, base: Key) -> bool:
        """Whether an item of the table is in the index."""
        return base in self._places
