"""Batches and transactions: from bytes to the parameters of DynamoDB's operations.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.dax.protocol import expressions, keys, methods
from orderlab.cloud.dax.protocol.cbor import BadCbor
from orderlab.cloud.dax.protocol.expressions import Path, Placeholders
from orderlab.cloud.dax.protocol.keys import KeySchema, NamesOf
from orderlab.cloud.dax.protocol.requests import (
    Parameters,
    by_tables,
    bytes_in,
    listed,
    options,
    plain_options,
    raw,
    table_name,
)

# --- batches ---


@dataclass(slots=True)
class TableKeys:
    """What a BatchGetItem wants of one table."""

    consistent: bool
    projection: list[Path] | None
    keys: list[bytes]


def batch_get(argument: Any) -> dict[str, TableKeys]:
    """What a BatchGetItem wants, by tables. Raises BadCbor."""
    found = {}
    for name, content in by_tables(argument).items():
        consistent, projection, wanted = listed(content, 3)
        found[name] = TableKeys(
            bool(consistent),
            None if projection is None else expressions.paths(raw(projection)),
            [raw(key) for key in listed(wanted)],
        )
    return found


def batch_size(argument: Any) -> int:
    """About how many bytes a BatchWriteItem is. Raises BadCbor."""
    return sum(bytes_in(content) for content in by_tables(argument).values())


def batch_write(
    argument: Any, schemas: Mapping[str, KeySchema], names_of: NamesOf
) -> dict[str, list[Parameters]]:
    """The RequestItems of a BatchWriteItem. Raises BadCbor."""
    return {
        name: list(_writes(listed(content), schemas[name], names_of))
        for name, content in by_tables(argument).items()
    }


def _writes(content: list[Any], schema: KeySchema, names_of: NamesOf) -> Iterator[Parameters]:
    if len(content) % 2:
        raise BadCbor("a key without an item")
    for key, values in zip(content[::2], content[1::2], strict=True):
        attributes = keys.decode_key(raw(key), schema)
        if values is None:
            yield {"DeleteRequest": {"Key": attributes}}
        else:
            item = keys.decode_attributes(raw(values), names_of) | attributes
            yield {"PutRequest": {"Item": item}}


# --- transactions ---


def transact_tables(argument: Any) -> list[str]:
    """The table of each action of a transaction. Raises BadCbor."""
    return [table_name(name) for name in listed(argument)]


def transact_get(
    arguments: list[Any], schemas: Mapping[str, KeySchema]
) -> tuple[Parameters, list[list[Path] | None]]:
    """TransactGetItems for whole items, and which parts of them are wanted."""
    tables = transact_tables(arguments[0])
    wanted_keys = listed(arguments[1], len(tables))
    projections = arguments[2] or [None] * len(tables)
    actions = [
        {"Get": {"TableName": table, "Key": keys.decode_key(raw(key), schemas[table])}}
        for table, key in zip(tables, wanted_keys, strict=True)
    ]
    wanted = [
        None if each is None else expressions.paths(raw(each))
        for each in listed(projections, len(tables))
    ]
    return {"TransactItems": actions, **plain_options(options(arguments[3]))}, wanted


def transact_write(
    arguments: list[Any], schemas: Mapping[str, KeySchema], names_of: NamesOf
) -> Parameters:
    """TransactWriteItems."""
    kinds, tables = listed(arguments[0]), transact_tables(arguments[1])
    columns = [kinds, tables]
    # keys, values, and what is optional: return values on failures, conditions, updates
    for column in (arguments[2], arguments[3], arguments[5], arguments[6], arguments[7]):
        columns.append(listed([None] * len(kinds) if column is None else column, len(kinds)))
    actions = [_action(row, schemas[row[1]], names_of) for row in zip(*columns, strict=True)]
    return {"TransactItems": actions, **plain_options(options(arguments[8]))}


def _action(row: tuple[Any, ...], schema: KeySchema, names_of: NamesOf) -> Parameters:
    kind, table, key, values, on_failure, condition, update = row
    name = methods.TRANSACT_ACTIONS.get(kind)
    if name is None:
        raise BadCbor("no such action of a transaction")
    found: Parameters = {"TableName": table}
    attributes = keys.decode_key(raw(key), schema)
    if name == "Put":
        found["Item"] = keys.decode_attributes(raw(values), names_of) | attributes
    else:
        found["Key"] = attributes
    placeholders = Placeholders()
    if condition is not None:
        found["ConditionExpression"] = expressions.condition(raw(condition), placeholders)
    if update is not None:
        found["UpdateExpression"] = expressions.update(raw(update), placeholders)
    if on_failure == 2:
        found["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return {name: found | placeholders.parameters()}
