"""What a request is refused for first: what needs no table is checked before it is looked up.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.tables_support import index, make_table, refused, wire

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


# --- what is looked at first

WRONG = {"ConditionExpression": "nonsense("}
BAD_ITEM = {"pk": {"S": "a"}, "n": {"N": "abc"}}
LARGE = {"pk": {"S": "a"}, "x": {"S": "x" * 410_000}}
EMPTY: dict[str, Any] = {"ExpressionAttributeValues": {}}


@pytest.mark.parametrize(
    ("call", "parameters", "text"),
    [
        ("put_item", {"Item": BAD_ITEM}, "cannot be converted to a numeric value"),
        ("put_item", {"Item": LARGE}, "Item size has exceeded"),
        ("put_item", {"Item": wire(pk="a"), **WRONG}, "Invalid ConditionExpression"),
        ("put_item", {"Item": wire(pk="a"), "ReturnValues": "ALL_NEW"}, "ReturnValues can only"),
        ("get_item", {"Key": BAD_ITEM}, "cannot be converted to a numeric value"),
        ("get_item", {"Key": wire(pk="a"), "ProjectionExpression": ""}, "can not be empty"),
        ("update_item", {"Key": BAD_ITEM}, "cannot be converted to a numeric value"),
        ("update_item", {"Key": wire(pk="a"), "UpdateExpression": "SET"}, "Syntax error"),
        ("update_item", {"Key": wire(pk="a"), **WRONG}, "Invalid ConditionExpression"),
        ("delete_item", {"Key": wire(pk="a"), **WRONG}, "Invalid ConditionExpression"),
        ("query", {"KeyConditionExpression": "pk"}, "Invalid KeyConditionExpression"),
        ("query", {}, "KeyConditions or KeyConditionExpression parameter must be specified"),
        ("query", {"Select": "SPECIFIC_ATTRIBUTES"}, "Must specify the AttributesToGet"),
        ("scan", {"FilterExpression": "x"}, "Invalid FilterExpression"),
        ("scan", {"ExclusiveStartKey": BAD_ITEM}, "The provided starting key is invalid: The par"),
        ("scan", {"Segment": 1}, "TotalSegments parameter is required"),
        ("update_table", {}, "At least one of ProvisionedThroughput"),
    ],
)
def test_what_needs_no_table_is_checked_before_it_is_looked_up(
    dynamodb: Any, call: str, parameters: dict[str, Any], text: str
) -> None:
    assert text in message(getattr(dynamodb, call), TableName=NO_TABLE, **parameters)


def test_batches_and_transactions_too(dynamodb: Any, table: str) -> None:
    put = {"Put": {"TableName": NO_TABLE, "Item": BAD_ITEM}}
    fine = {"Put": {"TableName": table, "Item": wire(other="no key")}}
    get = {"Get": {"TableName": NO_TABLE, "Key": BAD_ITEM}}
    keys = {NO_TABLE: {"Keys": [BAD_ITEM]}}
    items = {
        name: [{"PutRequest": {"Item": action["Put"]["Item"]}}]
        for name, action in ((table, fine), (NO_TABLE, put))
    }
    number = "The parameter cannot be converted to a numeric value: abc"
    assert message(dynamodb.transact_write_items, TransactItems=[fine, put]) == number
    assert message(dynamodb.transact_get_items, TransactItems=[get]) == number
    assert message(dynamodb.batch_get_item, RequestItems=keys) == number
    assert message(dynamodb.batch_write_item, RequestItems=items) == number


def test_a_filter_is_read_before_the_key_condition(dynamodb: Any, table: str) -> None:
    query = {"KeyConditionExpression": "a = b", "FilterExpression": ""}
    assert message(dynamodb.query, TableName=table, **query) == (
        "Invalid FilterExpression: The expression can not be empty;"
    )


MISMATCH = "The provided key element does not match the schema"


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ({"Put": {"Item": wire(other="a")}}, INVALID + "Missing the key pk in the item"),
        ({"Delete": {"Key": wire(pk=1)}}, MISMATCH),
        ({"Update": {"Key": {}, "UpdateExpression": "REMOVE a"}}, MISMATCH),
        ({"Get": {"Key": {}}}, MISMATCH),
    ],
)
def test_a_key_that_does_not_fit_cancels_a_transaction(
    dynamodb: Any, table: str, action: dict[str, Any], text: str
) -> None:
    ((kind, content),) = action.items()
    reads = kind == "Get"
    fine = (
        {"Get": {"TableName": table, "Key": wire(pk="a")}}
        if reads
        else {"Put": {"TableName": table, "Item": wire(pk="a")}}
    )
    call = dynamodb.transact_get_items if reads else dynamodb.transact_write_items
    with pytest.raises(ClientError) as error:
        call(TransactItems=[fine, {kind: {"TableName": table, **content}}])
    found = error.value.response
    assert found["Error"]["Code"] == "TransactionCanceledException"
    assert found["Error"]["Message"].endswith("reasons [None, ValidationError]")
    assert found["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "ValidationError", "Message": text},
    ]


def test_an_empty_key_refuses_the_whole_transaction(dynamodb: Any, table: str) -> None:
    delete = {"Delete": {"TableName": table, "Key": wire(pk="")}}
    assert message(dynamodb.transact_write_items, TransactItems=[delete]) == (
        "One or more parameter values are not valid. The AttributeValue for a key attribute "
        "cannot contain an empty string value. Key: pk"
    )


# --- tables


@pytest.mark.parametrize("call", ["list_tags_of_resource", "tag_resource", "untag_resource"])
def test_tags_of_what_is_no_table_of_the_account(dynamodb: Any, call: str) -> None:
    parameters: dict[str, dict[str, Any]] = {
        "tag_resource": {"Tags": [{"Key": "a", "Value": "b"}]},
        "untag_resource": {"TagKeys": ["a"]},
    }
    more = parameters.get(call, {})
    method = getattr(dynamodb, call)
    assert refused(method, ResourceArn="no-arn", **more) == (
        "ValidationException",
        "Invalid TableArn: Invalid ResourceArn provided as input no-arn",
    )
    strange = "arn:aws:dynamodb:us-east-1:000000000000:table/not-ours"
    code, text = refused(method, ResourceArn=strange, **more)
    assert code == "AccessDeniedException"
    assert "is not authorized to perform: dynamodb:" in text
    assert f" on resource: {strange} because no resource-based policy allows" in text
    missing = strange.replace("000000000000", "123456789012")
    assert refused(method, ResourceArn=missing, **more)[0] == "ResourceNotFoundException"


def test_throughput_that_does_not_change(dynamodb: Any) -> None:
    units = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2}
    name = make_table(
        dynamodb,
        "pk",
        types={"g": "S"},
        BillingMode="PROVISIONED",
        ProvisionedThroughput=units,
        GlobalSecondaryIndexes=[{**index("by-g", "g"), "ProvisionedThroughput": units}],
    )
    text = (
        "The provisioned throughput for the {0} will not change. The requested value equals the "
        "current value. Current ReadCapacityUnits provisioned for the {1}: 3. Requested "
        "ReadCapacityUnits: 3. Current WriteCapacityUnits provisioned for the {1}: 2. Requested "
        "WriteCapacityUnits: 2. Refer to the Amazon DynamoDB Developer Guide for current limits "
        "and how to request higher limits."
    )
    same = {"TableName": name, "ProvisionedThroughput": units}
    assert message(dynamodb.update_table, **same) == text.format("table", "table")
    assert message(dynamodb.update_table, BillingMode="PROVISIONED", **same) == (
        text.format("table", "table")
    )
    update = [{"Update": {"IndexName": "by-g", "ProvisionedThroughput": units}}]
    assert message(
        dynamodb.update_table, TableName=name, GlobalSecondaryIndexUpdates=update
    ) == text.format("index by-g", "index")
    # another billing mode and back is a change, whatever the units are
    dynamodb.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
    dynamodb.update_table(**same, BillingMode="PROVISIONED", GlobalSecondaryIndexUpdates=update)
