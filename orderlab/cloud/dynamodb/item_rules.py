"""What makes an item, or a key, one that a table can hold.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb.attribute_values import (
    Item,
    TooLarge,
    Value,
    kind_of,
    measure,
    measure_item,
)
from orderlab.cloud.dynamodb.errors import NOT_VALID, invalid
from orderlab.cloud.dynamodb.schema import IndexSchema, KeySchema, TableSchema

MAX_ITEM_BYTES = 400 * 1024
MAX_PARTITION_KEY_BYTES = 2048
MAX_SORT_KEY_BYTES = 1024
_EMPTY = "The AttributeValue for a key attribute cannot contain an empty "
_WORDS = {"S": "string value", "B": "binary value"}


def measure_whole_item(item: Any) -> int:
    """Check an item that is to be put, as far as no table is needed, and return its size."""
    size = measure_item(item, MAX_ITEM_BYTES)
    if size > MAX_ITEM_BYTES:
        raise TooLarge
    return size


def check_keys(item: Item, schema: TableSchema) -> None:
    """The key attributes of the table and of every index must have their types and sizes."""
    keys = schema.keys
    for name in keys.names:
        value = item.get(name)
        if value is None:
            raise invalid(f"Missing the key {name} in the item")
        if keys.types[name] not in value:
            raise invalid(
                f"Type mismatch for key {name} expected: {keys.types[name]} "
                f"actual: {kind_of(value)}"
            )
        if _is_empty(value):
            raise ValidationException(f"{NOT_VALID}{_EMPTY}{_WORDS[kind_of(value)]}. Key: {name}")
    _check_key_sizes(item, keys)
    for index in schema.indexes.values():
        check_index_key(item, index)


def check_index_key(item: Item, index: IndexSchema) -> None:
    """Raise ValidationException if an attribute has another type than the index's key."""
    for name in index.keys.names:
        value = item.get(name)
        if value is None:
            continue
        if index.keys.types[name] not in value:
            raise invalid(
                f"Type mismatch for Index Key {name} Expected: {index.keys.types[name]} "
                f"Actual: {kind_of(value)} IndexName: {index.name}"
            )
        if _is_empty(value):
            raise ValidationException(
                f"{NOT_VALID}A value specified for a secondary index key is not supported. "
                f"{_EMPTY}{_WORDS[kind_of(value)]}. IndexName: {index.name}, IndexKey: {name}"
            )
    _check_key_sizes(item, index.keys)


def _is_empty(value: Value) -> bool:
    return not next(iter(value.values()))


def _check_key_sizes(item: Item, keys: KeySchema) -> None:
    for name in keys.partition:
        # base64 is longer than what it stands for, so only long texts need measuring
        if name in item and _length(item[name]) > MAX_PARTITION_KEY_BYTES:
            raise invalid(
                "Size of hashkey has exceeded the maximum size limit of"
                f"{MAX_PARTITION_KEY_BYTES} bytes"
            )
    for name in keys.sort:
        if name in item and _length(item[name]) > MAX_SORT_KEY_BYTES:
            raise invalid(
                "Aggregated size of all range keys has exceeded the size limit of "
                f"{MAX_SORT_KEY_BYTES} bytes"
            )


def _length(value: Value) -> int:
    return measure(value) if len(next(iter(value.values()))) > 250 else 0


def check_key(key: Item, keys: KeySchema) -> None:
    """A key that names one item: the key attributes, nothing less and nothing more.

    Its values have been measured already.
    """
    if key.keys() != set(keys.names):
        raise ValidationException("The provided key element does not match the schema")
    for name in keys.names:
        if keys.types[name] not in key[name]:
            raise ValidationException("The provided key element does not match the schema")
        if _is_empty(key[name]):
            raise ValidationException(
                f"{NOT_VALID}{_EMPTY}{_WORDS[kind_of(key[name])]}. Key: {name}"
            )
    _check_key_sizes(key, keys)
