"""Calls that are as much work as a caller can make them: they end, and nobody else waits.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.cloud.bystander import bystander
from tests.cloud.tables_support import describe, fill, index, make_table, pages, wait_for, wire

Raw = Callable[[str, str], tuple[str, str]]

# an empty text in a list takes one byte, so that an item could hold three times as many
MANY = '{"S":""},' * 119_999 + '{"S":""}'
REFUSED = "ValidationException"
TOO_LARGE = (REFUSED, "Item size has exceeded the maximum allowed size")
UPDATE_TOO_LARGE = (
    REFUSED,
    "Item size to update has exceeded the maximum allowed size",
)


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb", parameter_validation=False, read_timeout=120)


@pytest.fixture(scope="module")
def table(dynamodb: Any) -> str:
    return make_table(dynamodb, "pk")


@pytest.fixture(scope="module")
def raw(cloud: Any) -> Raw:
    """Call with a body that no SDK would write; the code and text of the error, if there is one."""

    def call(operation: str, body: str) -> tuple[str, str]:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        }
        data = body.encode()
        request = AWSRequest("POST", f"{cloud.endpoint}/", headers=headers, data=data)
        credentials = Credentials(cloud.access_key_id, cloud.secret_access_key)
        SigV4Auth(credentials, "dynamodb", cloud.region).add_auth(request)
        connection = HTTPConnection(cloud.endpoint.removeprefix("http://"), timeout=120)
        connection.request("POST", "/", data, dict(request.headers))
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()
        assert answer.status < 500
        return content.get("__type", ""), content.get("message", "")

    return call


@pytest.fixture(scope="module")
def wide(raw: Raw, table: str) -> list[str]:
    """Keys of items that are full of small values."""
    keys = [f"wide-{number}" for number in range(12)]
    for key in keys:
        put = f'{{"TableName":"{table}","Item":{{"pk":{{"S":"{key}"}},"l":{{"L":[{MANY}]}}}}}}'
        assert raw("PutItem", put) == ("", "")
    return keys


# --- what a body holds


@pytest.mark.parametrize("start", ["[", '{"Item":', '{"Item":{"a":{"L":[', '{"a":[{"L":'])
def test_a_body_that_is_nested_without_end(cloud: Any, raw: Raw, start: str) -> None:
    with bystander(cloud):
        code, _ = raw("PutItem", start * (1_000_000 // len(start)))
    assert code == "SerializationException"


def test_an_item_of_values_without_end(cloud: Any, raw: Raw, table: str) -> None:
    values = ",".join(f'"{number:x}":{{"N":"{number}"}}' for number in range(300_000))
    lists = ",".join(f'{{"L":[{MANY}]}}' for _ in range(8))
    with bystander(cloud):
        for content in (f'{{"M":{{{values}}}}}', f'{{"L":[{lists}]}}'):
            item = f'{{"pk":{{"S":"a"}},"x":{content}}}'
            assert raw("PutItem", f'{{"TableName":"{table}","Item":{item}}}') == TOO_LARGE


@pytest.mark.parametrize("kind", ["SS", "NS", "BS"])
def test_a_set_without_end(cloud: Any, raw: Raw, table: str, kind: str) -> None:
    elements = [f"{number:08d}" for number in range(500_000)]
    item = {"pk": {"S": "a"}, "s": {kind: elements}}
    with bystander(cloud):
        assert raw("PutItem", json.dumps({"TableName": table, "Item": item})) == TOO_LARGE


def test_a_set_of_the_same_text_names_only_some_of_it(raw: Raw, table: str) -> None:
    item = {"pk": {"S": "a"}, "s": {"SS": ["same"] * 50_000}}
    code, text = raw("PutItem", json.dumps({"TableName": table, "Item": item}))
    assert code == REFUSED
    assert text.endswith("...] contains duplicates.")
    assert len(text) < 3_000


def test_numbers_with_a_million_zeros(cloud: Any, raw: Raw, table: str) -> None:
    number = {"L": [{"N": "0" * 1_000_000 + "1"}, {"N": "1" + "0" * 100 + "." + "0" * 1_000_000}]}
    far = {"N": "1e" + "9" * 1_000_000}
    with bystander(cloud):
        put = {"TableName": table, "Item": {"pk": {"S": "zeros"}, "n": number}}
        assert raw("PutItem", json.dumps(put)) == ("", "")
        code, text = raw("PutItem", json.dumps({**put, "Item": {"pk": {"S": "a"}, "n": far}}))
    assert code == REFUSED
    assert text.startswith("Number overflow.")


def test_names_and_values_without_end(cloud: Any, raw: Raw, table: str) -> None:
    get = {"TableName": table, "Key": wire(pk="a"), "ProjectionExpression": "#used"}
    names = {"#used": "a", **{f"#n{number}": "a" for number in range(300_000)}}
    scan = {"TableName": table, "FilterExpression": "a = :used"}
    values = {":used": {"S": ""}, **{f":v{number}": {"S": ""} for number in range(300_000)}}
    unused = "Value provided in ExpressionAttribute{} unused in expressions: keys: {{{}0, "
    with bystander(cloud):
        code, text = raw("GetItem", json.dumps({**get, "ExpressionAttributeNames": names}))
        assert (code, text.startswith(unused.format("Names", "#n"))) == (REFUSED, True)
        code, text = raw("Scan", json.dumps({**scan, "ExpressionAttributeValues": values}))
        assert (code, text.startswith(unused.format("Values", ":v"))) == (REFUSED, True)
    assert len(text) < 3_000


@pytest.mark.parametrize(
    ("operation", "member", "element"),
    [
        ("CreateTable", "AttributeDefinitions", '{"AttributeName":"a","AttributeType":"S"}'),
        ("CreateTable", "GlobalSecondaryIndexes", '{"IndexName":"abc"}'),
        ("CreateTable", "KeySchema", "{}"),
        ("UpdateTable", "GlobalSecondaryIndexUpdates", '{"Delete":{"IndexName":"abc"}}'),
        ("TagResource", "Tags", '{"Key":"a","Value":"b"}'),
        ("UntagResource", "TagKeys", '"a"'),
    ],
)
def test_lists_without_end(cloud: Any, raw: Raw, operation: str, member: str, element: str) -> None:
    elements = ",".join([element] * (3_000_000 // len(element)))
    with bystander(cloud):
        code, text = raw(operation, f'{{"TableName":"some-table","{member}":[{elements}]}}')
    assert code == REFUSED
    assert len(text) < 20_000


# --- what an expression asks for


def test_an_update_that_would_copy_a_list_hundreds_of_times(
    cloud: Any, raw: Raw, table: str, wide: list[str]
) -> None:
    appended = "l"
    for _ in range(6):
        appended = f"list_append({appended},{appended})"
    expressions = [
        "SET " + ", ".join(f"a{number} = l" for number in range(400)),
        "SET " + ", ".join(f"a{number} = list_append(l, l)" for number in range(120)),
        f"SET a = {appended}",
    ]
    with bystander(cloud):
        for expression in expressions:
            update = {
                "TableName": table,
                "Key": wire(pk=wide[0]),
                "UpdateExpression": expression,
            }
            assert raw("UpdateItem", json.dumps(update)) == UPDATE_TOO_LARGE


def test_an_update_that_would_add_a_set_hundreds_of_times(cloud: Any, raw: Raw, table: str) -> None:
    elements = [f"{number:05d}" for number in range(200_000)]
    sets = {f"s{number}": {"SS": ["x"]} for number in range(200)}
    put = {"TableName": table, "Item": {"pk": {"S": "sets"}, **sets}}
    assert raw("PutItem", json.dumps(put)) == ("", "")
    update = {"TableName": table, "Key": wire(pk="sets")}
    values = {"ExpressionAttributeValues": {":s": {"SS": elements}}}
    all_of = ", ".join(f"s{number} :s" for number in range(200))
    with bystander(cloud):
        adding = {**update, **values, "UpdateExpression": f"ADD {all_of}"}
        assert raw("UpdateItem", json.dumps(adding)) == UPDATE_TOO_LARGE
        taking = {**update, **values, "UpdateExpression": f"DELETE {all_of}"}
        assert raw("UpdateItem", json.dumps(taking)) == ("", "")


def test_a_filter_that_searches_long_lists_again_and_again(
    cloud: Any, dynamodb: Any, wide: list[str], table: str
) -> None:
    search = " OR ".join(["contains(l, :x)"] * 30)
    with bystander(cloud):
        answer = dynamodb.scan(
            TableName=table,
            FilterExpression=search,
            ExpressionAttributeValues=wire(**{":x": "not there"}),
        )
    assert answer["Count"] == 0
    assert answer["ScannedCount"] >= 3


def test_scans_of_many_small_items(cloud: Any, dynamodb: Any) -> None:
    name = make_table(dynamodb)
    keys = [wire(pk="p", sk=f"{number:05d}") for number in range(12_000)]
    fill(dynamodb, name, keys)
    condition = " OR ".join(f"sk = :v{number}" for number in range(120))
    values = wire(**{f":v{number}": f"{number:05d}" for number in range(120)})

    def scan(_: int) -> int:
        scan = {"FilterExpression": condition.replace("sk", "pk")}
        found: int = dynamodb.scan(TableName=name, **scan, ExpressionAttributeValues=values)[
            "ScannedCount"
        ]
        return found

    with bystander(cloud), ThreadPoolExecutor(4) as clients:
        assert set(clients.map(scan, range(4))) == {12_000}
    for forward in (True, False):
        query = {
            "TableName": name,
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": wire(**{":p": "p"}),
            "ScanIndexForward": forward,
        }
        found = [item for page in pages(dynamodb.query, **query) for item in page["Items"]]
        assert found == (keys if forward else keys[::-1])


# --- many large items in one call


def test_projections_of_many_large_items(
    cloud: Any, dynamodb: Any, table: str, wide: list[str]
) -> None:
    keys = [wire(pk=key) for key in wide]
    chosen = {"ProjectionExpression": "l[0], pk"}
    gets = [{"Get": {"TableName": table, "Key": key, **chosen}} for key in keys[:10]]
    with bystander(cloud):
        batch = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys, **chosen}})
        answer = dynamodb.transact_get_items(TransactItems=gets)
        one = dynamodb.get_item(TableName=table, Key=keys[0], **chosen)
    expected = {**keys[0], "l": {"L": [{"S": ""}]}}
    assert one["Item"] == answer["Responses"][0]["Item"] == expected
    assert len(batch["Responses"][table]) == 12


def test_a_transaction_reads_four_megabytes_at_most(dynamodb: Any) -> None:
    large = make_table(dynamodb, "pk")
    for number in range(11):
        dynamodb.put_item(TableName=large, Item=wire(pk=str(number), x="x" * 400_000))
    gets = [{"Get": {"TableName": large, "Key": wire(pk=str(n))}} for n in range(11)]
    with pytest.raises(dynamodb.exceptions.ClientError) as error:
        dynamodb.transact_get_items(TransactItems=gets)
    assert error.value.response["Error"]["Message"] == (
        "Transaction size has exceeded the maximum allowed size"
    )


def test_updates_of_large_items_at_once_lose_nothing(
    cloud: Any, dynamodb: Any, table: str, wide: list[str]
) -> None:
    """They are worked out beside the loop, and anew if the item has changed meanwhile."""

    def count(number: int) -> None:
        key = wire(pk=wide[number % 2])
        update = {"UpdateExpression": "ADD n :one"}
        dynamodb.update_item(
            TableName=table, Key=key, **update, ExpressionAttributeValues={":one": {"N": "1"}}
        )

    with bystander(cloud), ThreadPoolExecutor(6) as clients:
        list(clients.map(count, range(12)))
    for key in wide[:2]:
        chosen = {"ProjectionExpression": "n"}
        got = dynamodb.get_item(TableName=table, Key=wire(pk=key), **chosen, ConsistentRead=True)
        assert got["Item"]["n"] == {"N": "6"}


def test_a_transaction_of_large_updates_is_decided_on_what_is_there(
    cloud: Any, dynamodb: Any, table: str, wide: list[str]
) -> None:
    def move(number: int) -> str:
        updates = [
            {
                "Update": {
                    "TableName": table,
                    "Key": wire(pk=key),
                    "UpdateExpression": "ADD moved :one",
                    "ConditionExpression": "attribute_not_exists(moved) OR moved < :most",
                    "ExpressionAttributeValues": wire(**{":one": 1, ":most": 3}),
                }
            }
            for key in wide[2:5]
        ]
        try:
            dynamodb.transact_write_items(TransactItems=updates)
        except dynamodb.exceptions.TransactionCanceledException:
            return "canceled"
        return "done"

    with bystander(cloud), ThreadPoolExecutor(5) as clients:
        outcomes = list(clients.map(move, range(5)))
    assert sorted(outcomes) == ["canceled"] * 2 + ["done"] * 3


def test_twenty_indexes_on_a_large_attribute(cloud: Any, dynamodb: Any, raw: Raw) -> None:
    names = [f"by-{number}" for number in range(20)]
    name = make_table(
        dynamodb,
        "pk",
        types={"g": "S"},
        GlobalSecondaryIndexes=[index(each, "g", "INCLUDE", "l") for each in names],
    )
    with bystander(cloud):
        for text in "ab":
            values = f'{{"S":"{text}"}},{MANY}'
            item = f'"pk":{{"S":"a"}},"g":{{"S":"g"}},"z":{{"S":"z"}},"l":{{"L":[{values}]}}'
            assert raw("PutItem", f'{{"TableName":"{name}","Item":{{{item}}}}}') == ("", "")
    found = dynamodb.scan(TableName=name, IndexName="by-7", ProjectionExpression="l[0]")
    assert found["Items"] == [{"l": {"L": [{"S": "b"}]}}]


def test_an_index_and_a_time_to_live_over_large_items(
    cloud: Any, dynamodb: Any, table: str, wide: list[str]
) -> None:
    with bystander(cloud):
        dynamodb.update_time_to_live(
            TableName=table,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
        )
        dynamodb.update_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            GlobalSecondaryIndexUpdates=[{"Create": index("again", "pk", "INCLUDE", "l")}],
        )
        wait_for(
            lambda: (
                describe(dynamodb, table)["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
            )
        )
    answer = dynamodb.query(
        TableName=table,
        IndexName="again",
        KeyConditionExpression="pk = :p",
        Select="COUNT",
        ExpressionAttributeValues=wire(**{":p": wide[0]}),
    )
    assert answer["Count"] == 1
