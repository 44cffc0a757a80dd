"""The words of refusals: what is counted, how values are shown, how long a message gets.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cloud.tables_support import make_table, refused, wire

COUNTED = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
NO_TABLE = "there-is-no-such-table"
UNUSED = "Value provided in ExpressionAttributeNames unused in expressions: keys: {#no}"


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    # AWS's own checks are meant here, not botocore's
    return cloud.client("dynamodb", parameter_validation=False)


@pytest.fixture(scope="module")
def table(dynamodb: Any) -> str:
    return make_table(dynamodb, "pk")


def message(call: Any, **parameters: Any) -> str:
    code, text = refused(call, **parameters)
    assert code == "ValidationException"
    return text


# --- the count

NAMES = {"ExpressionAttributeNames": {"#pk": "pk", "#no": "no"}}
CONDITION = {"ConditionExpression": "attribute_not_exists(#pk)", **NAMES}


def test_calls_that_write_one_item_count_what_a_request_brings_and_does_not_use(
    dynamodb: Any, table: str
) -> None:
    key = {"TableName": table, "Key": wire(pk="a")}
    item = {"TableName": table, "Item": wire(pk="a")}
    values = {":a": {"S": "a"}, ":no": {"S": "no"}}
    update = {"UpdateExpression": "SET a = :a", "ExpressionAttributeValues": values}
    assert message(dynamodb.put_item, **item, **CONDITION) == COUNTED + UNUSED
    assert message(dynamodb.delete_item, **key, **CONDITION) == COUNTED + UNUSED
    assert message(dynamodb.update_item, **key, **update) == (
        f"{COUNTED}Value provided in ExpressionAttributeValues unused in expressions: keys: {{:no}}"
    )


def test_other_calls_do_not_count_it(dynamodb: Any, table: str) -> None:
    chosen = {"ProjectionExpression": "#pk", **NAMES}
    key = wire(pk="a")
    keys = {table: {"Keys": [key], **chosen}}
    get = {"TableName": table, "Key": key, **chosen}
    put = {"TableName": table, "Item": key, **CONDITION}
    assert message(dynamodb.get_item, **get) == UNUSED
    assert message(dynamodb.scan, TableName=table, **chosen) == UNUSED
    assert message(dynamodb.batch_get_item, RequestItems=keys) == UNUSED
    assert message(dynamodb.transact_get_items, TransactItems=[{"Get": get}]) == UNUSED
    assert message(dynamodb.transact_write_items, TransactItems=[{"Put": put}]) == UNUSED


EMPTY_SET = INVALID + "An string set  may not be empty"


@pytest.mark.parametrize(
    ("update", "text"),
    [
        ({"UpdateExpression": ""}, "Invalid UpdateExpression: The expression can not be empty;"),
        (
            {"UpdateExpression": "REMOVE a REMOVE b"},
            'Invalid UpdateExpression: The "REMOVE" section can only be used once in an update '
            "expression;",
        ),
        (
            {"UpdateExpression": "REMOVE a.b, a"},
            "Invalid UpdateExpression: Two document paths overlap with each other; must remove or "
            "rewrite one of these paths; path one: [a, b], path two: [a]",
        ),
        (
            {"UpdateExpression": "REMOVE a", "ExpressionAttributeValues": {}},
            "ExpressionAttributeValues must not be empty",
        ),
        (
            {"UpdateExpression": "ADD a :s", "ExpressionAttributeValues": {":s": {"SS": []}}},
            EMPTY_SET,
        ),
    ],
)
def test_what_is_counted_of_an_update(
    dynamodb: Any, table: str, update: dict[str, Any], text: str
) -> None:
    assert message(dynamodb.update_item, TableName=table, Key=wire(pk="a"), **update) == (
        COUNTED + text
    )


def test_an_empty_set_is_counted_where_one_item_is_written(dynamodb: Any, table: str) -> None:
    item = {**wire(pk="a"), "s": {"SS": []}}
    assert message(dynamodb.put_item, TableName=table, Item=item) == COUNTED + EMPTY_SET
    batch = {table: [{"PutRequest": {"Item": item}}]}
    assert message(dynamodb.batch_write_item, RequestItems=batch) == EMPTY_SET
    scan = {"FilterExpression": "a = :s", "ExpressionAttributeValues": {":s": {"SS": []}}}
    assert message(dynamodb.scan, TableName=table, **scan) == (
        f"ExpressionAttributeValues contains invalid value: {EMPTY_SET} for key :s"
    )


@pytest.mark.parametrize(
    ("select", "text"),
    [
        (
            {"Select": "ALL_PROJECTED_ATTRIBUTES"},
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
        (
            {"Select": "SPECIFIC_ATTRIBUTES"},
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES",
        ),
        (
            {"Select": "COUNT", "ProjectionExpression": "a"},
            "Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
        (
            {"Select": "ALL_ATTRIBUTES", "AttributesToGet": ["a"]},
            "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES",
        ),
    ],
)
def test_a_query_counts_a_select_that_contradicts_it_and_a_scan_does_not(
    dynamodb: Any, table: str, select: dict[str, Any], text: str
) -> None:
    assert message(dynamodb.scan, TableName=table, **select) == text
    if "AttributesToGet" not in select:
        select = {**select, "KeyConditionExpression": "pk = :p"}
        select["ExpressionAttributeValues"] = wire(**{":p": "p"})
    assert message(dynamodb.query, TableName=table, **select) == COUNTED + text


# --- names of tables


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "Member must have length greater than or equal to 1"),
        ("ab", "Member must have length greater than or equal to 3"),
        ("a" * 256, "Member must have length less than or equal to 255"),
        ("a table!", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
    ],
)
def test_a_name_that_no_table_can_have(dynamodb: Any, name: str, rule: str) -> None:
    text = f"{COUNTED}Value '{name}' at 'tableName' failed to satisfy constraint: {rule}"
    key, condition = wire(pk="a"), {"KeyConditionExpression": "a = b"}
    assert message(dynamodb.put_item, TableName=name, Item={}, ReturnValues="X") == text
    assert message(dynamodb.get_item, TableName=name, Key=key) == text
    assert message(dynamodb.update_item, TableName=name, Key={}) == text
    assert message(dynamodb.delete_item, TableName=name, Key={}) == text
    assert message(dynamodb.query, TableName=name, Limit=0, **condition) == text
    assert message(dynamodb.scan, TableName=name) == text
    assert message(dynamodb.create_table, TableName=name, KeySchema=[]) == text
    for call in (dynamodb.describe_table, dynamodb.delete_table, dynamodb.update_table):
        assert message(call, TableName=name) == text
    assert message(dynamodb.describe_time_to_live, TableName=name) == text


def test_every_fault_of_a_name_is_told(dynamodb: Any) -> None:
    assert message(dynamodb.put_item, TableName="x!", Item={}) == (
        "2 validation errors detected: Value 'x!' at 'tableName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value 'x!' at "
        "'tableName' failed to satisfy constraint: Member must have length greater than or equal "
        "to 3"
    )


def test_a_name_inside_a_transaction_or_a_batch(dynamodb: Any) -> None:
    put = {"Put": {"TableName": "x!y", "Item": wire(pk="a")}}
    assert message(dynamodb.transact_write_items, TransactItems=[put]) == (
        f"{COUNTED}Value 'x!y' at 'transactItems.1.member.put.tableName' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    )
    text = message(dynamodb.batch_get_item, RequestItems={"x!": {"Keys": [wire(pk="a")]}})
    assert text == (
        f"{COUNTED}Value '{{x!=KeysAndAttributes(keys=[{{pk=AttributeValue(s=a)}}])}}' at "
        "'requestItems' failed to satisfy constraint: Map keys must satisfy constraint: [Member "
        "must have length less than or equal to 255, Member must have length greater than or "
        "equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"
    )


@pytest.mark.parametrize("call", ["create_table", "describe_table", "update_table", "delete_table"])
def test_calls_about_a_table_need_its_name(dynamodb: Any, call: str) -> None:
    assert message(getattr(dynamodb, call)) == (
        "The parameter 'TableName' is required but was not present in the request"
    )


# --- lists that are empty or too long


@pytest.mark.parametrize("call", ["BatchGetItem", "BatchWriteItem"])
def test_a_batch_asks_for_something(dynamodb: Any, call: str) -> None:
    method = re.sub("(?<!^)(?=[A-Z])", "_", call).lower()
    assert message(getattr(dynamodb, method), RequestItems={}) == (
        f"The requestItems parameter is required for {call}"
    )


def test_a_batch_of_reads_names_the_list_that_is_too_long(dynamodb: Any, table: str) -> None:
    for number, rule in ((101, "less than or equal to 100"), (0, "greater than or equal to 1")):
        keys = [wire(pk=str(key)) for key in range(number)]
        assert message(dynamodb.batch_get_item, RequestItems={table: {"Keys": keys}}) == (
            f"{COUNTED}Value at 'RequestItems.{table}.member.Keys' failed to satisfy constraint: "
            f"Member must have length {rule}"
        )


@pytest.mark.parametrize("number", [0, 26])
def test_a_batch_of_writes_shows_what_is_too_long(dynamodb: Any, table: str, number: int) -> None:
    writes = [{"PutRequest": {"Item": wire(pk=str(each))}} for each in range(number)]
    text = message(dynamodb.batch_write_item, RequestItems={table: writes})
    assert text.startswith(f"{COUNTED}Value '{{{table}=[")
    assert text.endswith(
        "]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
        "[Member must have length less than or equal to 25, Member must have length greater than "
        "or equal to 1]"
    )


@pytest.mark.parametrize("call", ["transact_get_items", "transact_write_items"])
def test_a_transaction_of_101_actions(dynamodb: Any, table: str, call: str) -> None:
    kind, content = ("Get", "Key") if "get" in call else ("Put", "Item")
    actions = [{kind: {"TableName": table, content: wire(pk=str(n))}} for n in range(101)]
    text = message(getattr(dynamodb, call), TransactItems=actions)
    assert text.startswith(f"{COUNTED}Value '[Transact{kind if kind == 'Get' else 'Write'}Item(")
    assert text.endswith(
        "]' at 'transactItems' failed to satisfy constraint: Member must have length less than or "
        "equal to 100"
    )


def test_a_message_stays_short_however_much_is_wrong(dynamodb: Any, table: str) -> None:
    actions = [{"Put": {"TableName": "x" * 300, "Item": {}}} for _ in range(100)]
    code, text = refused(dynamodb.transact_write_items, TransactItems=actions)
    assert code == "ValidationException"
    assert len(text) < 100_000
    writes = [{"PutRequest": {"Item": wire(pk="x" * 50_000)}} for _ in range(26)]
    text = message(dynamodb.batch_write_item, RequestItems={table: writes})
    assert len(text) < 5_000


# --- values


def test_enumerations_are_listed_in_aws_order(dynamodb: Any, table: str) -> None:
    def listed(call: Any, **parameters: Any) -> str:
        return message(call, **parameters).partition("enum value set: ")[2]

    key = {"TableName": table, "Key": wire(pk="a")}
    assert listed(dynamodb.scan, TableName=table, Select="ALL") == (
        "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"
    )
    assert listed(dynamodb.update_item, **key, ReturnValues="ALL") == (
        "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
    )
    assert listed(dynamodb.get_item, **key, ReturnConsumedCapacity="ALL") == (
        "[INDEXES, TOTAL, NONE]"
    )
    definition = [{"AttributeName": "pk", "AttributeType": "SS"}]
    assert message(
        dynamodb.create_table,
        TableName="types",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=definition,
    ) == (
        f"{COUNTED}Value 'SS' at 'attributeDefinitions.1.member.attributeType' failed to satisfy "
        "constraint: Member must satisfy enum value set: [B, N, S]"
    )


def test_a_limit_of_nothing(dynamodb: Any, table: str) -> None:
    rule = "failed to satisfy constraint: Member must have value greater than or equal to 1"
    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": wire(**{":p": "p"})}
    assert message(dynamodb.query, TableName=table, Limit=0, **query) == (
        f"{COUNTED}Value at 'Limit' {rule}"
    )
    assert message(dynamodb.scan, TableName=table, Limit=0) == (
        f"{COUNTED}Value '0' at 'limit' {rule}"
    )


def test_a_key_of_three_and_a_key_that_is_not_defined(dynamodb: Any) -> None:
    def create(*names: str, defined: str) -> str:
        kinds = ["HASH", "RANGE", "RANGE"]
        return message(
            dynamodb.create_table,
            TableName="keys",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": name, "KeyType": kind}
                for name, kind in zip(names, kinds, strict=False)
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in defined
            ],
        )

    assert create("a", "b", "c", defined="abc") == (
        f"{COUNTED}Value '[KeySchemaElement(attributeName=a, keyType=HASH), "
        "KeySchemaElement(attributeName=b, keyType=RANGE), "
        "KeySchemaElement(attributeName=c, keyType=RANGE)]' at 'keySchema' failed to satisfy "
        "constraint: Member must have length less than or equal to 2"
    )
    missing = "Invalid KeySchema: Some index key attribute have no definition"
    assert create("a", "a", defined="a") == missing
    assert create("a", "b", defined="a") == missing


def test_what_is_near_a_sign_that_no_expression_has(dynamodb: Any, table: str) -> None:
    for text, near in (("!!! x", "!!"), ("a, !b", ", !b"), ("a!", "a!")):
        get = {"TableName": table, "Key": wire(pk="a"), "ProjectionExpression": text}
        assert message(dynamodb.get_item, **get) == (
            f'Invalid ProjectionExpression: Syntax error; token: "!", near: "{near}"'
        )


def test_expressions_and_what_they_replaced_do_not_mix(dynamodb: Any, table: str) -> None:
    assert message(
        dynamodb.put_item,
        TableName=table,
        Item=wire(pk="a"),
        Expected={"pk": {"Exists": False}},
        ConditionExpression="attribute_not_exists(pk)",
    ) == (
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"
    )
