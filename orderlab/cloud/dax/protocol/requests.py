"""What clients ask for: from bytes to the parameters of DynamoDB's operations.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.dax.protocol import expressions, keys, methods
from orderlab.cloud.dax.protocol.cbor import BadCbor, Reader
from orderlab.cloud.dax.protocol.expressions import Path, Placeholders
from orderlab.cloud.dax.protocol.keys import KeySchema, NamesOf
from orderlab.cloud.dax.protocol.methods import Parameter

Parameters = dict[str, Any]


@dataclass(slots=True)
class Received:
    """A method with its arguments, of which nothing is interpreted yet."""

    method: int
    arguments: list[Any]


def read(frame: bytes) -> Received:
    """One request, as the framer cut it out. Raises BadCbor."""
    reader = Reader(frame)
    reader.value()
    method = reader.value()
    count = methods.ARGUMENTS.get(method)
    if count is None:
        raise BadCbor("no such method")
    return Received(method, [reader.value() for _ in range(count)])


def table_name(read_name: Any) -> str:
    """A table's name, which comes as bytes. Raises BadCbor."""
    if isinstance(read_name, bytes):
        return read_name.decode("utf-8", "replace")
    if isinstance(read_name, str):
        return read_name
    raise BadCbor("no name of a table")


def raw(value: Any) -> bytes:
    """An argument that has to be bytes. Raises BadCbor."""
    if not isinstance(value, bytes):
        raise BadCbor("an argument is no bytes")
    return value


def options(value: Any) -> dict[int, Any]:
    """The optional parameters of a request. Raises BadCbor."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(number, int) for number in value):
        raise BadCbor("the parameters are no map")
    return value


def by_tables(value: Any) -> dict[str, Any]:
    """What a batch holds, by the names of tables. Raises BadCbor."""
    if not isinstance(value, dict):
        raise BadCbor("a batch is no map")
    return {table_name(name): content for name, content in value.items()}


def listed(value: Any, length: int | None = None) -> list[Any]:
    """An argument that has to be a list, perhaps of that length. Raises BadCbor."""
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise BadCbor("an argument is no list, or of another length")
    return value


def bytes_in(members: Any) -> int:
    """How many bytes those members of a list are that are bytes."""
    if not isinstance(members, list):
        return 0
    return sum(len(each) for each in members if isinstance(each, bytes))


# --- what several operations share ---


def plain_options(given: Mapping[int, Any]) -> Parameters:
    """The parameters that are no expressions and no keys. Raises BadCbor."""
    found: Parameters = {}
    for number, value in given.items():
        if number in _CHOICES:
            name, choices = _CHOICES[number]
            found[name] = _chosen(name, choices, value)
        elif number in _NUMBERS:
            found[_NUMBERS[number]] = _whole(_NUMBERS[number], value)
        elif number in _FLAGS:
            found[_FLAGS[number]] = bool(value)
        elif number in _TEXTS:
            found[_TEXTS[number]] = table_name(value)
    return found


def _chosen(name: str, choices: Mapping[int, str], value: Any) -> str:
    found = choices.get(value) if isinstance(value, int) else None
    if found is None:
        raise BadCbor(f"no such {name}")
    return found


def _whole(name: str, value: Any) -> int:
    if not isinstance(value, int):
        raise BadCbor(f"{name} is no number")
    return value


_CHOICES = {
    Parameter.RETURN_CONSUMED_CAPACITY: (
        "ReturnConsumedCapacity",
        methods.RETURN_CONSUMED_CAPACITY,
    ),
    Parameter.RETURN_ITEM_COLLECTION_METRICS: (
        "ReturnItemCollectionMetrics",
        methods.RETURN_ITEM_COLLECTION_METRICS,
    ),
    Parameter.RETURN_VALUES: ("ReturnValues", methods.RETURN_VALUES),
    Parameter.SELECT: ("Select", methods.SELECT),
}
_NUMBERS = {
    Parameter.LIMIT: "Limit",
    Parameter.SEGMENT: "Segment",
    Parameter.TOTAL_SEGMENTS: "TotalSegments",
}
_FLAGS = {
    Parameter.CONSISTENT_READ: "ConsistentRead",
    Parameter.SCAN_INDEX_FORWARD: "ScanIndexForward",
}
_TEXTS = {
    Parameter.INDEX_NAME: "IndexName",
    Parameter.CLIENT_REQUEST_TOKEN: "ClientRequestToken",
}


def placeholders_of(given: Mapping[int, Any]) -> Placeholders:
    """The placeholders that the client chose. Raises BadCbor."""
    return Placeholders(given.get(Parameter.NAMES, {}), given.get(Parameter.VALUES, {}))


def projection_of(given: Mapping[int, Any]) -> list[Path] | None:
    """The paths that a request wants; None if it wants whole items. Raises BadCbor."""
    wanted = given.get(Parameter.PROJECTION)
    return None if wanted is None else expressions.paths(raw(wanted))


def projection_text(wanted: list[Path], placeholders: Placeholders) -> Parameters:
    """A projection as DynamoDB's parameters."""
    text = expressions.projection(wanted, placeholders)
    return {"ProjectionExpression": text, **placeholders.parameters()}


# --- writes of one item ---


def put_item(arguments: list[Any], schema: KeySchema, names_of: NamesOf) -> Parameters:
    """The parameters of a PutItem."""
    table, key, values, given = arguments
    item = keys.decode_attributes(raw(values), names_of) | keys.decode_key(raw(key), schema)
    return {"TableName": table_name(table), "Item": item, **_write_options(given)}


def by_key(arguments: list[Any], schema: KeySchema) -> Parameters:
    """DeleteItem and UpdateItem."""
    table, key, given = arguments
    return {
        "TableName": table_name(table),
        "Key": keys.decode_key(raw(key), schema),
        **_write_options(given),
    }


def _write_options(value: Any) -> Parameters:
    given = options(value)
    placeholders = placeholders_of(given)
    found = plain_options(given)
    if Parameter.CONDITION in given:
        condition = raw(given[Parameter.CONDITION])
        found["ConditionExpression"] = expressions.condition(condition, placeholders)
    if Parameter.UPDATE in given:
        update = raw(given[Parameter.UPDATE])
        found["UpdateExpression"] = expressions.update(update, placeholders)
    return found | placeholders.parameters()


# --- searches ---


def search(
    table: str, key_condition: Any, given: Mapping[int, Any], schema: KeySchema
) -> tuple[Parameters, list[Path] | None]:
    """Query and Scan: their parameters, and which parts of the items are wanted."""
    placeholders = placeholders_of(given)
    found: Parameters = {"TableName": table, **plain_options(given)}
    if key_condition is not None:
        text = expressions.condition(raw(key_condition), placeholders)
        found["KeyConditionExpression"] = text
    if Parameter.FILTER in given:
        text = expressions.condition(raw(given[Parameter.FILTER]), placeholders)
        found["FilterExpression"] = text
    start = given.get(Parameter.EXCLUSIVE_START_KEY)
    if start is not None:
        any_key = Parameter.INDEX_NAME in given
        key = keys.decode_any_key(raw(start)) if any_key else keys.decode_key(raw(start), schema)
        found["ExclusiveStartKey"] = key
    wanted = projection_of(given)
    # positions in lists move when a projection closes the gaps; whole items are asked for then
    if wanted and all(isinstance(part, str) for path in wanted for part in path):
        found["ProjectionExpression"] = expressions.projection(wanted, placeholders)
    elif wanted and found.get("Select") == "SPECIFIC_ATTRIBUTES":
        del found["Select"]
    return found | placeholders.parameters(), wanted


def search_key(table: str, key_condition: Any, given: Mapping[int, Any]) -> tuple[Any, ...]:
    """What makes two searches the same for the query cache."""
    parts = sorted(
        (number, _hashable(value)) for number, value in given.items() if number not in _NO_MATTER
    )
    return (table, _hashable(key_condition), *parts)


_NO_MATTER = (
    Parameter.RETURN_CONSUMED_CAPACITY,
    Parameter.CONSISTENT_READ,
    # the expressions hold them as well
    Parameter.NAMES,
    Parameter.VALUES,
)


def _hashable(value: Any) -> Any:
    if not isinstance(value, int | bytes | str | None):
        raise BadCbor("no such parameter")
    return value
