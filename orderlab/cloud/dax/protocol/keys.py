"""Primary keys as one string of bytes, and attributes without their names.

A single key is its bare content, or a CBOR number. With a sort key, the partition key comes first,
as CBOR, and the bare content of the sort key is what follows it. A whole item is the number of the
list of its other attributes' names, and then their values.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from orderlab.cloud.dax.protocol import attribute_values, cbor, number_keys
from orderlab.cloud.dax.protocol.attribute_values import Item, Value
from orderlab.cloud.dax.protocol.cbor import BadCbor, Reader

# names and types (S, N or B) of the partition key and, if there is one, of the sort key
KeySchema = tuple[tuple[str, str], ...]
# the names of a list of attributes by its number, and the other way round
NamesOf = Callable[[Any], Sequence[str]]
NumberOf = Callable[[tuple[str, ...]], int]
_TYPES: dict[str, tuple[type, ...]] = {"S": (str,), "N": (int, Decimal), "B": (bytes,)}


def encode_key(item: Item, schema: KeySchema) -> bytes:
    """The primary key of an item."""
    name, kind = schema[0]
    value = item[name]
    if len(schema) == 1:
        return attribute_values.encode(value) if kind == "N" else _bare(value)
    return attribute_values.encode(value) + _bare(item[schema[1][0]])


def _bare(value: Value) -> bytes:
    ((kind, content),) = value.items()
    if kind == "N":
        return number_keys.encode(content)
    return b64decode(content) if kind == "B" else bytes(content, "utf-8", "replace")


def decode_key(raw: bytes, schema: KeySchema) -> Item:
    """The key's attributes. Raises BadCbor if the bytes are no key of a table with this schema."""
    name, kind = schema[0]
    if len(schema) == 1 and kind != "N":
        return {name: _read_bare(raw, kind)}
    reader = Reader(raw)
    read = reader.value()
    if not isinstance(read, _TYPES[kind]):
        raise BadCbor("the key is of another type")
    key = {name: attribute_values.value_of(read)}
    if len(schema) == 2:
        key[schema[1][0]] = _read_bare(reader.rest(), schema[1][1])
    return key


def _read_bare(raw: bytes, kind: str) -> Value:
    if kind == "N":
        return {"N": number_keys.decode(raw)}
    if kind == "B":
        return {"B": b64encode(raw).decode()}
    try:
        return {"S": raw.decode()}
    except UnicodeDecodeError:
        raise BadCbor("the key is no text") from None


def canonical_key(raw: bytes, schema: KeySchema) -> bytes:
    """The key in the one form that all ways to write its numbers share. Raises BadCbor."""
    if all(kind != "N" for _, kind in schema):
        return raw
    return encode_key(decode_key(raw, schema), schema)


def encode_attributes(item: Item, schema: KeySchema, number_of: NumberOf) -> bytes:
    """All attributes except those of the key."""
    of_key = {name for name, _ in schema}
    names = tuple(sorted(name for name in item if name not in of_key))
    values = [attribute_values.encode(item[name]) for name in names]
    return cbor.integer(number_of(names)) + b"".join(values)


def decode_attributes(raw: bytes, names_of: NamesOf) -> Item:
    """The attributes that a client sent. Raises BadCbor."""
    reader = Reader(raw)
    item = {}
    for name in names_of(reader.value()):
        item[name] = attribute_values.value_of(reader.value())
    if not reader.finished:
        raise BadCbor("more values than names")
    return item


def encode_any_key(key: Item) -> bytes:
    """A key of an index and its table, with names."""
    members = b"".join(cbor.text(n) + attribute_values.encode(v) for n, v in key.items())
    return cbor.STREAM_OF_PAIRS + members + cbor.END_OF_STREAM


def decode_any_key(raw: bytes) -> Item:
    """The other way round. Raises BadCbor."""
    read = cbor.read_all(raw)
    value = attribute_values.value_of(read)
    if "M" not in value:
        raise BadCbor("no key of an index")
    item: Item = value["M"]
    return item
