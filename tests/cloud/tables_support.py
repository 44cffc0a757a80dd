"""Tables for the tests of DynamoDB."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

THROTTLED = ("ProvisionedThroughputExceededException", "ThrottlingException")

_numbers = itertools.count(1)


def make_table(dynamodb: Any, key: str = "pk sk", **more: Any) -> str:
    """Create a table with string keys and a name of its own; more is for CreateTable.

    Attributes of indexes are typed by `types`: name to S, N or B.
    """
    name = f"tables-test-{next(_numbers)}-{id(dynamodb)}"
    types = {**dict.fromkeys(key.split(), "S"), **more.pop("types", {})}
    dynamodb.create_table(
        TableName=name,
        KeySchema=key_schema(key),
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind} for name, kind in types.items()
        ],
        **{"BillingMode": "PAY_PER_REQUEST", **more},
    )
    return name


def key_schema(key: str) -> list[dict[str, str]]:
    """`pk sk` as the API's KeySchema; `a b / c d` gives several of each kind."""
    partition, slash, sort = key.partition("/")
    hashes = partition.split() if slash else key.split()[:1]
    ranges = sort.split() if slash else key.split()[1:]
    return [
        *({"AttributeName": name, "KeyType": "HASH"} for name in hashes),
        *({"AttributeName": name, "KeyType": "RANGE"} for name in ranges),
    ]


def index(name: str, key: str, kind: str = "ALL", *included: str) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": kind}
    if included:
        projection["NonKeyAttributes"] = list(included)
    return {"IndexName": name, "KeySchema": key_schema(key), "Projection": projection}


def wire(**attributes: Any) -> dict[str, Any]:
    """Python values as attribute values: str, int, bool, list, dict, set of str."""
    return {name: _value(value) for name, value in attributes.items()}


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, list):
        return {"L": [_value(element) for element in value]}
    if isinstance(value, set):
        return {"SS": sorted(value)}
    if isinstance(value, dict):
        return {"M": wire(**value)}
    return {"S": value}


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Code and message of the error that a call ends in."""
    with pytest.raises(ClientError) as error:
        call(**parameters)
    found = error.value.response["Error"]
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500
    return found["Code"], found["Message"]


def fill(dynamodb: Any, table: str, items: list[dict[str, Any]]) -> None:
    for start in range(0, len(items), 25):
        left = {table: [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]}
        while left:  # a fast machine asks one key for more than AWS gives a second
            try:
                left = dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"]
            except ClientError as error:
                assert error.response["Error"]["Code"] in THROTTLED, error
                time.sleep(0.1)


def ask(dynamodb: Any, table: str, condition: str, **given: Any) -> dict[str, Any]:
    more = {name: given.pop(name) for name in list(given) if name[0].isupper()}
    values = wire(**{f":{name}": value for name, value in given.items()})
    found: dict[str, Any] = dynamodb.query(
        TableName=table,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
        **more,
    )
    return found


def pages(call: Any, **parameters: Any) -> Iterator[dict[str, Any]]:
    while True:
        page = call(**parameters)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited 10 s in vain"
        time.sleep(0.02)


def describe(dynamodb: Any, table: str) -> dict[str, Any]:
    found: dict[str, Any] = dynamodb.describe_table(TableName=table)["Table"]
    return found
