"""What clients get: from the results of DynamoDB's operations to bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.cloud.dax.protocol import attribute_values, cbor, keys
from orderlab.cloud.dax.protocol.attribute_values import Item
from orderlab.cloud.dax.protocol.expressions import Path
from orderlab.cloud.dax.protocol.keys import KeySchema, NumberOf
from orderlab.cloud.dax.protocol.methods import CAPACITY, Member
from orderlab.cloud.dax.protocol.projections import encode_projected

# members of an answer by their numbers, already CBOR
Members = dict[int, bytes]


def members(found: Members) -> bytes:
    """The answer of an operation on one item, and of a search."""
    return cbor.pairs([(cbor.integer(number), content) for number, content in found.items()])


def stream_item(raw: bytes) -> bytes:
    """An item without its key; `raw` is as `keys.encode_attributes` makes it."""
    return cbor.binary(raw)


def item_with_key(item: Item, schema: KeySchema, number_of: NumberOf) -> bytes:
    """An item and its key, as searches return it."""
    raw = keys.encode_attributes(item, schema, number_of)
    return b"\x82" + cbor.binary(keys.encode_key(item, schema)) + cbor.binary(raw)


def items(
    found: Sequence[Item],
    schema: KeySchema,
    number_of: NumberOf,
    wanted: Sequence[Path] | None,
) -> bytes:
    """The items of a search, whole or those parts that are wanted."""
    if wanted is not None:
        return cbor.array([encode_projected(item, wanted) for item in found])
    return cbor.array([item_with_key(item, schema, number_of) for item in found])


def updated_attributes(attributes: Item, number_of: NumberOf) -> bytes:
    """What UPDATED_OLD and UPDATED_NEW return."""
    names = tuple(sorted(attributes))
    values = [
        (cbor.integer(at), attribute_values.encode(attributes[name]))
        for at, name in enumerate(names)
    ]
    return cbor.binary(cbor.integer(number_of(names)) + cbor.pairs(values))


def search_members(
    result: Mapping[str, Any],
    schema: KeySchema,
    number_of: NumberOf,
    wanted: Sequence[Path] | None,
    of_index: bool,
) -> Members:
    """The answer of a search, without what it consumed."""
    found: Members = {}
    if "Items" in result:
        found[Member.ITEMS] = items(result["Items"], schema, number_of, wanted)
    found[Member.COUNT] = cbor.integer(result["Count"])
    found[Member.SCANNED_COUNT] = cbor.integer(result["ScannedCount"])
    last = result.get("LastEvaluatedKey")
    if last:
        raw = keys.encode_any_key(last) if of_index else keys.encode_key(last, schema)
        found[Member.LAST_EVALUATED_KEY] = cbor.binary(raw)
    return found


# --- what an operation consumed ---


def consumed(capacity: Mapping[str, Any]) -> bytes:
    """ConsumedCapacity, as all operations but transactions return it."""
    parts = [cbor.text(capacity["TableName"]), cbor.double(float(capacity["CapacityUnits"]))]
    table = capacity.get("Table")
    parts.append(cbor.NULL if table is None else cbor.double(float(table["CapacityUnits"])))
    for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        of_indexes = capacity.get(name)
        if of_indexes is None:
            parts.append(cbor.NULL)
        else:
            parts.append(
                cbor.pairs(
                    [
                        (cbor.text(index), cbor.double(float(units["CapacityUnits"])))
                        for index, units in of_indexes.items()
                    ]
                )
            )
    return cbor.binary(b"".join(parts))


def consumed_nothing(table: str, wanted: str) -> bytes:
    """The ConsumedCapacity of an answer from the cache."""
    nothing: dict[str, Any] = {"TableName": table, "CapacityUnits": 0.0}
    if wanted == "INDEXES":
        nothing["Table"] = {"CapacityUnits": 0.0}
    return consumed(nothing)


def consumed_by_all(capacities: Sequence[Mapping[str, Any]]) -> bytes:
    """The consumed capacity of a batch, table by table."""
    return cbor.array([consumed(capacity) for capacity in capacities])


def consumed_by_transaction(capacities: Sequence[Mapping[str, Any]]) -> bytes:
    """The consumed capacity of a transaction, table by table."""
    return cbor.array([_capacity_map(capacity) for capacity in capacities])


def _capacity_map(capacity: Mapping[str, Any]) -> bytes:
    found = []
    for name, number in CAPACITY.items():
        value = capacity.get(name)
        if value is not None:
            found.append((cbor.integer(number), _capacity_value(name, value)))
    return cbor.pairs(found)


def _capacity_value(name: str, value: Any) -> bytes:
    if name == "TableName":
        return cbor.text(value)
    if name == "Table":
        return _capacity_map(value)
    if isinstance(value, Mapping):
        return cbor.pairs([(cbor.text(index), _capacity_map(v)) for index, v in value.items()])
    return cbor.double(float(value))


# --- sizes of item collections ---


def collection(metrics: Mapping[str, Any]) -> bytes:
    """ItemCollectionMetrics of one item collection."""
    (key,) = metrics["ItemCollectionKey"].values()
    low, high = metrics["SizeEstimateRangeGB"]
    return cbor.binary(
        attribute_values.encode(key) + cbor.double(float(low)) + cbor.double(float(high))
    )


def collections(by_table: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """The item collection metrics of several tables."""
    return cbor.pairs(
        [
            (cbor.text(table), cbor.array([collection(each) for each in found]))
            for table, found in by_table.items()
        ]
    )


# --- batches and transactions ---


def batch_get(
    responses: Mapping[str, bytes], unprocessed: Mapping[str, list[bytes]], capacity: bytes
) -> bytes:
    """`responses` are arrays of items, made ready; `unprocessed` are keys."""
    found = cbor.pairs([(cbor.text(table), content) for table, content in responses.items()])
    left = cbor.pairs(
        [
            (cbor.text(table), cbor.array([cbor.binary(key) for key in wanted]))
            for table, wanted in unprocessed.items()
        ]
    )
    return b"\x82" + found + left + capacity


def batch_write(
    unprocessed: Mapping[str, Sequence[Mapping[str, Any]]],
    schemas: Mapping[str, KeySchema],
    number_of: NumberOf,
    capacity: bytes,
    metrics: bytes,
) -> bytes:
    """The answer to BatchWriteItem."""
    left = [
        (cbor.text(table), _unprocessed(writes, schemas[table], number_of))
        for table, writes in unprocessed.items()
    ]
    return cbor.pairs(left) + capacity + metrics


def _unprocessed(
    writes: Sequence[Mapping[str, Any]], schema: KeySchema, number_of: NumberOf
) -> bytes:
    """Clients do not put the key into an item that comes back, so it comes with the attributes."""
    parts = []
    for write in writes:
        put = write.get("PutRequest")
        item = put["Item"] if put else write["DeleteRequest"]["Key"]
        parts.append(cbor.binary(keys.encode_key(item, schema)))
        if put:
            parts.append(cbor.binary(keys.encode_attributes(item, (), number_of)))
        else:
            parts.append(cbor.NULL)
    return cbor.array(parts)


def transact_get(
    responses: Sequence[Mapping[str, Any]],
    schemas: Sequence[KeySchema],
    wanted: Sequence[list[Path] | None],
    number_of: NumberOf,
    capacity: bytes,
) -> bytes:
    """The answer to TransactGetItems."""
    found = []
    for response, schema, paths in zip(responses, schemas, wanted, strict=True):
        item = response.get("Item")
        if item is None:
            found.append(cbor.NULL)
        elif paths is not None:
            found.append(encode_projected(item, paths))
        else:
            found.append(cbor.binary(keys.encode_attributes(item, schema, number_of)))
    return b"\x82" + cbor.array(found) + capacity


def transact_write(capacity: bytes, metrics: bytes) -> bytes:
    """The answer to TransactWriteItems."""
    return b"\x83" + cbor.NULL + capacity + metrics


# --- about the cluster and its tables ---


def key_schema(schema: KeySchema) -> bytes:
    """The names and types of a table's key."""
    return cbor.pairs([(cbor.text(name), cbor.text(kind)) for name, kind in schema])


def attribute_names(names: Sequence[str]) -> bytes:
    """A list of attribute names."""
    return cbor.array([cbor.text(name) for name in names])


def endpoints(nodes: Sequence[Mapping[str, Any]]) -> bytes:
    """The nodes of a cluster: `id`, `host`, `port`, `zone`, and `leads` for the primary."""
    found = []
    for number, node in enumerate(nodes):
        found.append(
            cbor.pairs(
                [
                    (cbor.integer(0), cbor.integer(number)),
                    (cbor.integer(1), cbor.text(node["host"])),
                    (cbor.integer(2), cbor.binary(bytes(map(int, node["host"].split("."))))),
                    (cbor.integer(3), cbor.integer(node["port"])),
                    (cbor.integer(4), cbor.integer(1 if node["leads"] else 2)),
                    (cbor.integer(5), cbor.text(node["zone"])),
                    (cbor.integer(6), cbor.integer(0)),
                ]
            )
        )
    return cbor.array(found)


def number(value: int) -> bytes:
    """A number by itself, such as the id of a list of attributes."""
    return cbor.integer(value)
