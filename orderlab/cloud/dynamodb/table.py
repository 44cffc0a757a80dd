"""A table's items, with everything that follows when one of them changes.

What is written here is accepted already: keys, sizes and conditions are the callers' business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from orderlab.clock import Clock
from orderlab.cloud.dynamodb.attribute_values import Item
from orderlab.cloud.dynamodb.capacity import Consumed, write_units
from orderlab.cloud.dynamodb.expiry import Expiry
from orderlab.cloud.dynamodb.index import Index, IndexChange
from orderlab.cloud.dynamodb.rows import Key, Rows
from orderlab.cloud.dynamodb.schema import IndexSchema, TableSchema
from orderlab.cloud.dynamodb.shard_log import Identity
from orderlab.cloud.dynamodb.staleness import Lag, Staleness
from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.stream_log import StreamLog
from orderlab.cloud.dynamodb.throttling import Throughput
from orderlab.cloud.dynamodb.versions import Versions
from orderlab.cloud.spill import Spill


@dataclass(frozen=True)
class Behaviour:
    """What all tables of a cloud have in common."""

    clock: Clock
    weak_guarantees: bool = False
    seed: int | None = None
    # where records of streams go that are no longer new
    spill: Spill = field(default_factory=Spill)


@dataclass
class Change:
    """A write that is decided but not carried out: the versions, and what it costs."""

    key: Key
    partition: Key
    old: Stored | None
    new: Stored | None
    new_item: Item | None
    indexes: list[IndexChange] = field(default_factory=list)
    identity: Identity | None = None

    @property
    def units(self) -> float:
        """The write units of the table: those of the larger of both versions."""
        old = self.old.size if self.old is not None else 0
        return write_units(max(old, self.new.size if self.new is not None else 0))


# is told of a change that was carried out
Observer = Callable[[Change], None]


class Collection(NamedTuple):
    """The items of one partition key in a table that has local indexes."""

    items: int
    bytes: int


class Table:
    """Items in the order of their keys, the indexes on them, the stream and the expiry of them."""

    def __init__(self, name: str, arn: str, schema: TableSchema, behaviour: Behaviour) -> None:
        self.name = name
        self.arn = arn
        self.schema = schema
        self.behaviour = behaviour
        self.clock = behaviour.clock
        self.rows = Rows()
        self.throughput = Throughput(arn, "Table", behaviour.clock)
        self.partitions = 1
        # the items that transactions hold which are under way
        self.held: set[Key] = set()
        # who is told of each change that was carried out
        self.observers: tuple[Observer, ...] = ()
        self.stream: StreamLog | None = None
        self.expiry: Expiry | None = None
        self.staleness: Staleness | None = None
        self._lag: Lag | None = None
        if behaviour.weak_guarantees:
            self.staleness = Staleness(behaviour.clock, behaviour.seed)
            self._lag = Lag(behaviour.clock, behaviour.seed)
        self._collections: dict[Key, Collection] = {}
        self.indexes: dict[str, Index] = {}
        for index in schema.indexes.values():
            self.add_index(index)
        self.has_local_indexes = any(i.schema.kind == "local" for i in self.indexes.values())

    # --- indexes ---

    def add_index(self, schema: IndexSchema) -> Index:
        """Add an index that is empty at first."""
        throughput = None
        if schema.kind == "global":
            throughput = Throughput(schema.arn, "Index", self.clock)
            throughput.on_demand(None, None)
        index = Index(schema, throughput, self._lag)
        self.schema.indexes[schema.name] = schema
        self.indexes[schema.name] = index
        return index

    def remove_index(self, name: str) -> None:
        """Remove an index if there is one of that name."""
        self.schema.indexes.pop(name, None)
        self.indexes.pop(name, None)

    # --- partitions ---

    def split(self, partitions: int) -> None:
        """Have so many partitions, and so many shards; they never become fewer."""
        if partitions > self.partitions:
            self.partitions = partitions
            if self.stream is not None:
                self.stream.split(partitions)

    # --- items ---

    def get(self, key: Key) -> Stored | None:
        """The item with that key; None if there is none."""
        return self.rows.get(key)

    def change(
        self,
        key: Key,
        new: Stored | None,
        new_item: Item | None,
        partition: Key,
        *,
        same: bool | None = None,
    ) -> Change:
        """Decide a write: what it changes here and in the indexes.

        `same` tells whether the item stays as it is, where that is known.
        """
        old = self.rows.get(key)
        if same is None:
            same = old is not None and new is not None and old.same_as(new, new_item)
        if same:
            # nothing changes: indexes cost nothing and the stream has no record
            return Change(key, partition, old, old, new_item)
        change = Change(key, partition, old, new, new_item)
        versions = Versions(old, new, new_item)
        for index in self.indexes.values():
            found = index.change(key, versions)
            if found is not None:
                change.indexes.append(found)
        return change

    def apply(self, change: Change) -> None:
        """Carry a decided write out."""
        old, new = change.old, change.new
        if old is new:
            return
        if self.staleness is not None:
            self.staleness.changed(change.key, old)
        if new is None:
            self.rows.remove(change.key)
        else:
            self.rows.put(change.key, new)
        for index_change in change.indexes:
            index_change.index.apply(index_change)
        if self.has_local_indexes:
            self._count(change)
        if self.stream is not None:
            self.stream.append(change.key[0], old, new, change.identity, change.new_item)
        if self.expiry is not None:
            if change.new_item is not None:
                self.expiry.note(change.key, change.new_item)
            else:
                self.expiry.forget(change.key)
        for observe in self.observers:
            observe(change)

    def observe(self, observer: Observer) -> None:
        """Tell an observer of every change from now on."""
        self.observers = (*self.observers, observer)

    def stop_observing(self, observer: Observer) -> None:
        """Tell an observer no longer."""
        self.observers = tuple(each for each in self.observers if each != observer)

    def cost(self, change: Change) -> Consumed:
        """The write units of a change, of the table and of its indexes."""
        consumed = Consumed(self.name, "write", change.units)
        for part in change.indexes:
            consumed.add_index(part.index.schema.name, part.index.schema.kind, part.units)
        return consumed

    # --- item collections ---

    def _count(self, change: Change) -> None:
        before = self._collections.get(change.partition, Collection(0, 0))
        items, size = before
        if change.old is not None:
            items, size = items - 1, size - change.old.size
        if change.new is not None:
            items, size = items + 1, size + change.new.size
        if items:
            self._collections[change.partition] = Collection(items, size)
        else:
            self._collections.pop(change.partition, None)

    def collection_bytes(self, partition: Key) -> int:
        """The size of all items under a partition key; counted only beside local indexes."""
        found = self._collections.get(partition)
        return found.bytes if found is not None else 0
