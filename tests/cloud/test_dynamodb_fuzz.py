"""Nonsense of every kind gets an answer of AWS's kind, and never a 5xx.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cloud.tables_support import index, make_table, wire

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
VALID: dict[str, dict[str, Any]] = {
    "PutItem": {
        "Item": {
            **KEY,
            "g": {"S": "g"},
            "l": {"L": [{"N": "1"}]},
            "m": {"M": {"x": {"B": "AA=="}}},
        },
        "ConditionExpression": "attribute_not_exists(#n) OR n < :v",
        "ExpressionAttributeNames": {"#n": "name"},
        "ExpressionAttributeValues": {":v": {"N": "5"}},
        "ReturnValues": "ALL_OLD",
        "ReturnConsumedCapacity": "INDEXES",
    },
    "GetItem": {"Key": KEY, "ConsistentRead": True, "ProjectionExpression": "a.b[0], c"},
    "UpdateItem": {
        "Key": KEY,
        "UpdateExpression": "SET a.b = :v, c = c + :n REMOVE d[1] ADD e :n DELETE f :s",
        "ExpressionAttributeValues": {":v": {"S": "x"}, ":n": {"N": "1"}, ":s": {"SS": ["a"]}},
        "ReturnValues": "UPDATED_NEW",
    },
    "DeleteItem": {"Key": KEY, "ReturnValues": "ALL_OLD"},
    "Query": {
        "IndexName": "by-g",
        "KeyConditionExpression": "g = :g AND begins_with(sk, :p)",
        "FilterExpression": "size(x) BETWEEN :l AND :h",
        "ExpressionAttributeValues": {
            ":g": {"S": "g"},
            ":p": {"S": "b"},
            ":l": {"N": "1"},
            ":h": {"N": "2"},
        },
        "ExclusiveStartKey": {**KEY, "g": {"S": "g"}},
        "Limit": 5,
        "ScanIndexForward": False,
    },
    "Scan": {"Segment": 0, "TotalSegments": 2, "Select": "COUNT", "ExclusiveStartKey": KEY},
    "BatchGetItem": {"RequestItems": {"TABLE": {"Keys": [KEY], "ConsistentRead": True}}},
    "BatchWriteItem": {"RequestItems": {"TABLE": [{"PutRequest": {"Item": KEY}}]}},
    "TransactWriteItems": {
        "TransactItems": [
            {"Put": {"TableName": "TABLE", "Item": KEY}},
            {"Delete": {"TableName": "TABLE", "Key": {**KEY, "pk": {"S": "z"}}}},
        ],
        "ClientRequestToken": "token",
    },
    "TransactGetItems": {"TransactItems": [{"Get": {"TableName": "TABLE", "Key": KEY}}]},
    "UpdateTable": {
        "AttributeDefinitions": [{"AttributeName": "h", "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by-g"}}],
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        "TableClass": "STANDARD",
        "OnDemandThroughput": {"MaxReadRequestUnits": -1},
    },
    "CreateTable": {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "GlobalSecondaryIndexes": [index("by-pk", "pk")],
        "LocalSecondaryIndexes": [index("by-pk", "pk")],
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": True},
        "SSESpecification": {"Enabled": True},
        "Tags": [{"Key": "a", "Value": "b"}],
    },
    "UpdateTimeToLive": {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "x"}},
    "ListTables": {"Limit": 5, "ExclusiveStartTableName": "abc"},
}
JUNK: list[Any] = [
    None,
    "",
    "x",
    0,
    -1,
    2**70,
    1.5,
    True,
    [],
    {},
    [None],
    {"S": 5},
    {"N": "1e999"},
    {"a": {"b": {}}},
    "((((",
    "a = :v AND",
    "#",
    "\ud800",
    "SET",
    "é" * 300,
]


@pytest.fixture(scope="module")
def table(cloud: Any) -> str:
    return make_table(
        cloud.client("dynamodb"), types={"g": "S"}, GlobalSecondaryIndexes=[index("by-g", "g sk")]
    )


@pytest.fixture(scope="module")
def send(cloud: Any) -> Iterator[Any]:
    """Send any body as a signed call, and give the status."""
    keys = Credentials(cloud.access_key_id, cloud.secret_access_key)
    signer = SigV4Auth(keys, "dynamodb", cloud.region)
    connection = HTTPConnection(cloud.endpoint.removeprefix("http://"))

    def call(operation: str, content: Any) -> int:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        request = AWSRequest("POST", cloud.endpoint, data=body)
        request.headers["X-Amz-Target"] = f"DynamoDB_20120810.{operation}"
        request.headers["Content-Type"] = "application/x-amz-json-1.0"
        signer.add_auth(request)
        connection.request("POST", "/", body, dict(request.headers.items()))
        answer = connection.getresponse()
        answer.read()
        return answer.status

    yield call
    connection.close()


def places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to everything inside of a JSON value."""
    found = [path] if path else []
    inside: Any = ()
    if isinstance(content, dict):
        inside = content.items()
    elif isinstance(content, list):
        inside = enumerate(content)
    for name, value in inside:
        found += places(value, (*path, name))
    return found


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, Any]:
    """A valid call in which something was replaced, left out or added."""
    operation = draw(st.sampled_from(sorted(VALID)))
    content = json.loads(json.dumps(VALID[operation]))
    for _ in range(draw(st.integers(1, 2))):
        found = places(content)
        if not found:
            break
        path = draw(st.sampled_from(found))
        parent = content
        for part in path[:-1]:
            parent = parent[part]
        if draw(st.booleans()):
            parent[path[-1]] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        elif isinstance(parent, dict):
            parent[str(path[-1]) + "x"] = parent.pop(path[-1])
        else:
            parent.append(copy.deepcopy(parent[0]))
    return operation, content


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(spoilt())
def test_a_spoilt_call_is_never_our_fault(send: Any, table: str, call: tuple[str, Any]) -> None:
    operation, content = call
    text = json.dumps(content).replace('"TABLE"', json.dumps(table))
    body = json.loads(text)
    # new tables get names that no other test knows, and may well be refused
    name = table if operation != "CreateTable" else f"{table}-{abs(hash(text)) % 10**6}"
    body.setdefault("TableName", name)
    assert send(operation, body) < 500


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"a":' * 3000, b"[" * 50_000, b"NaN"],
)
def test_what_is_no_json_object_is_refused(send: Any, body: bytes) -> None:
    assert 400 <= send("PutItem", body) < 500


def test_the_table_still_works(cloud: Any, table: str) -> None:
    dynamodb = cloud.client("dynamodb")
    dynamodb.put_item(TableName=table, Item=wire(pk="still", sk="here"))
    assert dynamodb.get_item(TableName=table, Key=wire(pk="still", sk="here"))["Item"]
