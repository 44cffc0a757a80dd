"""Entries as a journal has them, for tests of what is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Entry = dict[str, Any]


@dataclass
class ClientMeta:
    """What the journal asks of a boto3 client's `meta`: which operation each method calls."""

    method_to_api_mapping: dict[str, str]


def call(service: str, operation: str, answer: Any = None, **parameters: Any) -> Entry:
    return {
        "service": service,
        "operation": operation,
        "parameters": parameters,
        "answer": answer or {},
    }


def table(name: str, stream: bool = False) -> Entry:
    more = {"StreamSpecification": {"StreamEnabled": True}} if stream else {}
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    return call("dynamodb", "CreateTable", TableName=name, KeySchema=keys, **more)


def put(name: str, key: str, value: str = "", **more: Any) -> Entry:
    item = {"id": {"N": key}, "v": {"S": value}}
    return call("dynamodb", "PutItem", TableName=name, Item=item, **more)


def delete(name: str, key: str) -> Entry:
    return call("dynamodb", "DeleteItem", TableName=name, Key={"id": {"N": key}})


def update(name: str, key: str, expression: str, by: str, **more: Any) -> Entry:
    return call(
        "dynamodb",
        "UpdateItem",
        TableName=name,
        Key={"id": {"N": key}},
        UpdateExpression=expression,
        ExpressionAttributeValues={":x": {"N": by}},
        **more,
    )


def batch(name: str, *requests: Any, left: Any = ()) -> Entry:
    answer = {"UnprocessedItems": {name: list(left)}} if left else {}
    return call("dynamodb", "BatchWriteItem", answer, RequestItems={name: list(requests)})


def step(exercise: str = "1.1") -> Entry:
    return {"step": "prepare", "exercise": exercise}


STREAM = call("dynamodb", "UpdateTable", TableName="t", StreamSpecification={"StreamEnabled": True})
# whoever reads a stream from now on has not seen what was before
READER = call(
    "lambda", "CreateEventSourceMapping", EventSourceArn="arn:aws:dynamodb:r:1:table/t/stream/s"
)
