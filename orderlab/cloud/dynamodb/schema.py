"""What identifies an item: the key of a table, and of each of its indexes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orderlab.cloud.dynamodb import numbers
from orderlab.cloud.dynamodb.attribute_values import Item, Value, binary
from orderlab.cloud.dynamodb.rows import Key

Kind = Literal["table", "global", "local"]


def key_part(value: Value) -> Any:
    """A key attribute as a Python value that sorts as DynamoDB sorts."""
    for kind, content in value.items():
        if kind == "S":
            return content  # code points sort as their UTF-8 bytes do
        return numbers.parse(content) if kind == "N" else binary(content)
    return None


def token(values: Iterable[Value]) -> int:
    """Where a partition key lies among all partitions: 0 to 2**32 - 1."""
    crc = 0
    for value in values:
        crc = zlib.crc32(b"\0" + next(iter(value.values())).encode(), crc)
    return crc


@dataclass(frozen=True)
class KeySchema:
    """A key: partition attributes, sort attributes, and the type of each by name."""

    partition: tuple[str, ...]
    sort: tuple[str, ...]
    types: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the key attributes: the partition key's first."""
        return self.partition + self.sort

    def prefix(self, item: Mapping[str, Value]) -> Key:
        """The beginning of a row's key that all rows of the item's partition share."""
        values = [item[name] for name in self.partition]
        return (token(values), *map(key_part, values))

    def key(self, item: Mapping[str, Value]) -> Key:
        """The key of an item, in the form in which rows are ordered."""
        return (*self.prefix(item), *(key_part(item[name]) for name in self.sort))

    def of(self, item: Item) -> Item:
        """The key attributes of an item."""
        return {name: item[name] for name in self.names}


@dataclass(frozen=True)
class IndexSchema:
    """A secondary index. `projected` is None where it holds every attribute."""

    name: str
    kind: Kind
    keys: KeySchema
    projected: frozenset[str] | None
    arn: str

    def holds(self, item: Mapping[str, Value]) -> bool:
        """Whether an item appears in the index: only with all of its key attributes."""
        return all(name in item for name in self.keys.names)

    def view(self, item: Item) -> Item:
        """The attributes of an item that the index holds."""
        if self.projected is None:
            return item
        return {name: value for name, value in item.items() if name in self.projected}


@dataclass
class TableSchema:
    """A table's key and its indexes by name, in the order of their creation."""

    keys: KeySchema
    indexes: dict[str, IndexSchema] = field(default_factory=dict)


def key_schema(elements: list[dict[str, str]], definitions: list[dict[str, str]]) -> KeySchema:
    """A key from the API's KeySchema and AttributeDefinitions."""
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in definitions}
    names: dict[str, list[str]] = {"HASH": [], "RANGE": []}
    for element in elements:
        names[element["KeyType"]].append(element["AttributeName"])
    return KeySchema(
        tuple(names["HASH"]),
        tuple(names["RANGE"]),
        {name: types[name] for part in names.values() for name in part},
    )


def index_schema(
    description: Mapping[str, Any],
    kind: Kind,
    definitions: list[dict[str, str]],
    table: KeySchema,
    table_arn: str,
) -> IndexSchema:
    """An index from its description in CreateTable or UpdateTable."""
    keys = key_schema(description["KeySchema"], definitions)
    projection = description.get("Projection") or {}
    projected = None
    if projection.get("ProjectionType") != "ALL":
        extra = projection.get("NonKeyAttributes") or []
        projected = frozenset((*table.names, *keys.names, *extra))
    name = description["IndexName"]
    return IndexSchema(name, kind, keys, projected, f"{table_arn}/index/{name}")
