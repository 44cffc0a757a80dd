"""Writes to items that later writes of the same item replace, and the rest in batches.

Each write that was noted had succeeded, so its condition held then and need not be asked again.
What reads a table's stream sees every change: there all are done, only many in one call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from orderlab.journal.file import Entry
from orderlab.journal.noted import LOOKUPS
from orderlab.journal.table_facts import WRITES, Tables, known_tables, tables_of
from orderlab.journal.updates import fold, in_rounds, without_condition

_BATCH = 25
_BATCH_BYTES = 4_000_000


def compact_items(entries: list[Entry], tables: Tables | None, *, first: bool) -> Iterator[Entry]:
    """The entries of a stretch up to a step. `first`: it is the journal's beginning, so that what
    `tables` tells still holds."""
    known = known_tables(entries, tables if first else None)
    pending: dict[str, _Table] = {}
    empty: set[str] = set()
    for entry in entries:
        operation, names = entry.get("operation"), tables_of(entry)
        if operation in WRITES and names and names <= known.keys():
            for name in names:
                if name not in pending:
                    kind = _Streaming if known[name].streams else _Table
                    pending[name] = kind(name, known[name].keys, began_empty=name in empty)
                yield from pending[name].write(entry)
            continue
        if operation not in LOOKUPS:
            for name in [name for name in pending if pending[name].must_end(name, entry, names)]:
                yield from pending.pop(name).entries()
                empty.discard(name)
        if operation == "CreateTable":
            empty |= names
        yield entry
    for table in pending.values():
        yield from table.entries()


@dataclass
class _Item:
    """What is to be done to one item: replaced or removed first, perhaps, then updated."""

    head: dict[str, Any] | None = None
    updates: list[Entry] = field(default_factory=list)
    count: int = 0


class _Table:
    """The writes to one table that wait to be done, by the item's key."""

    def __init__(self, name: str, keys: tuple[str, ...], *, began_empty: bool) -> None:
        self._name, _, self._region = name.partition("@")
        self._keys = keys
        self._began_empty = began_empty
        self._items: dict[str, _Item] = {}

    def must_end(self, name: str, entry: Entry, names: set[str]) -> bool:
        """Whether what waits has to be done before an entry that is not such a write."""
        # a step may look at anything
        return name in names or "step" in entry

    def write(self, entry: Entry) -> Iterator[Entry]:
        """Take a write; gives the entries that have to be done before it."""
        yield from ()
        if entry["operation"] == "UpdateItem":
            item = self._item(entry["parameters"]["Key"])
            fold(item.updates, without_condition(entry))
            item.count += 1
        for number, request in enumerate(self._requests(entry)):
            # a batch counts as one of the learner's steps
            self._replace(request, int(number == 0))

    def _requests(self, entry: Entry) -> Iterator[dict[str, Any]]:
        """The items that a call puts or deletes, in the form that a batch has."""
        parameters = entry["parameters"]
        match entry["operation"]:
            case "PutItem":
                yield {"PutRequest": {"Item": parameters["Item"]}}
            case "DeleteItem":
                yield {"DeleteRequest": {"Key": parameters["Key"]}}
            case "BatchWriteItem":
                left = entry["answer"].get("UnprocessedItems", {})
                for name, requests in parameters["RequestItems"].items():
                    if name.rpartition("/")[2] == self._name:
                        yield from (each for each in requests if each not in left.get(name, ()))

    def _replace(self, request: dict[str, Any], count: int) -> None:
        item = self._item(_attributes(request))
        item.head, item.updates = request, []
        item.count += count

    def _item(self, attributes: dict[str, Any]) -> _Item:
        return self._items.setdefault(self._key(attributes), _Item())

    def entries(self) -> Iterator[Entry]:
        """What remains to be done: first whole items, in batches, then the updates."""
        heads = [item for item in self._items.values() if self._is_needed(item)]
        for batch in _batches(heads):
            together = {"RequestItems": {self._name: [item.head for item in batch]}}
            entry = self._entry("BatchWriteItem", together, sum(item.count for item in batch))
            entry["instead"] = [self._alone(item) for item in batch]
            yield entry
        yield from in_rounds(
            [{**update, "count": int(item.head is None)} for update in item.updates]
            for item in self._items.values()
        )

    def _key(self, attributes: dict[str, Any]) -> str:
        return json.dumps([_canonical(attributes[name]) for name in self._keys])

    def _is_needed(self, item: _Item) -> bool:
        if item.head is None:
            return False
        return "PutRequest" in item.head or not self._began_empty

    def _alone(self, item: _Item) -> Entry:
        """The call that writes one item of a batch."""
        assert item.head is not None
        ((kind, told),) = item.head.items()
        operation = "PutItem" if kind == "PutRequest" else "DeleteItem"
        return self._entry(operation, {"TableName": self._name, **told}, item.count)

    def _entry(self, operation: str, parameters: dict[str, Any], count: int) -> Entry:
        entry: Entry = {
            "service": "dynamodb",
            "operation": operation,
            "parameters": parameters,
            "answer": {},
            "count": count,
        }
        return {**entry, "region": self._region} if self._region else entry


class _Streaming(_Table):
    """A table whose stream is read: nothing is left out, and nothing changes its place."""

    def must_end(self, name: str, entry: Entry, names: set[str]) -> bool:
        # whatever it is, it may be the one that begins to read the stream
        return True

    def write(self, entry: Entry) -> Iterator[Entry]:
        requests = list(self._requests(entry))
        repeated = any(self._key(_attributes(each)) in self._items for each in requests)
        if entry["operation"] == "UpdateItem" or repeated:
            yield from self.entries()
            self._items.clear()
        if entry["operation"] == "UpdateItem":
            yield entry
        for number, request in enumerate(requests):
            self._replace(request, int(number == 0))

    def _is_needed(self, item: _Item) -> bool:
        return True


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    batch: list[_Item] = []
    size = 0
    for item in items:
        length = len(str(item.head))
        if batch and (len(batch) == _BATCH or size + length > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield batch


def _attributes(request: dict[str, Any]) -> dict[str, Any]:
    """Attributes that hold the key of a request of a batch."""
    ((kind, told),) = request.items()
    attributes: dict[str, Any] = told["Item"] if kind == "PutRequest" else told["Key"]
    return attributes


def _canonical(value: dict[str, Any]) -> list[str]:
    """A key's value, the same however a number is spelled."""
    ((kind, told),) = value.items()
    if kind == "N":
        try:
            return [kind, str(Decimal(told).normalize())]
        except InvalidOperation:
            return [kind, str(told)]
    return [kind, told.hex() if isinstance(told, bytes | bytearray) else str(told)]
