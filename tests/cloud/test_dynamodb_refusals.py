"""What tables refuse: items, keys and requests that AWS refuses, in AWS's words.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.tables_support import index, make_table, refused, wire


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    # AWS's own checks are meant here, not botocore's
    return cloud.client("dynamodb", parameter_validation=False)


@pytest.fixture(scope="module")
def table(dynamodb: Any) -> str:
    return make_table(dynamodb)


def key(pk: str, sk: str = "1") -> dict[str, Any]:
    return wire(pk=pk, sk=sk)


def test_an_item_has_at_most_400_kb(dynamodb: Any, table: str) -> None:
    names = len("pk" + "large" + "sk" + "1" + "x")
    full = {**key("large"), **wire(x="x" * (400 * 1024 - names))}
    dynamodb.put_item(TableName=table, Item=full)
    full["x"]["S"] += "x"
    assert refused(dynamodb.put_item, TableName=table, Item=full) == (
        "ValidationException",
        "Item size has exceeded the maximum allowed size",
    )
    assert refused(
        dynamodb.update_item,
        TableName=table,
        Key=key("large"),
        UpdateExpression="SET y = :y",
        ExpressionAttributeValues=wire(**{":y": "y"}),
    ) == ("ValidationException", "Item size to update has exceeded the maximum allowed size")


INVALID = "One or more parameter values were invalid: "


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (wire(pk="a"), INVALID + "Missing the key sk in the item"),
        (
            wire(pk=1, sk="a"),
            INVALID + "Type mismatch for key pk expected: S actual: N",
        ),
        (
            wire(pk="", sk="a"),
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: pk",
        ),
        (
            wire(pk="x" * 2049, sk="a"),
            INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
        (
            wire(pk="x", sk="y" * 1025),
            INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
        ),
        (
            {**wire(pk="x", sk="y"), "n": {"N": "abc"}},
            "The parameter cannot be converted to a numeric value: abc",
        ),
        (
            {**wire(pk="x", sk="y"), "s": {"SS": []}},
            "1 validation error detected: " + INVALID + "An string set  may not be empty",
        ),
    ],
)
def test_items_that_a_table_cannot_hold(
    dynamodb: Any, table: str, item: dict[str, Any], message: str
) -> None:
    assert refused(dynamodb.put_item, TableName=table, Item=item) == (
        "ValidationException",
        message,
    )


@pytest.mark.parametrize(
    "bad", [wire(pk="a"), wire(pk="a", sk="b", x="c"), wire(pk=1, sk="b"), wire(pk="a", other="b")]
)
def test_keys_that_name_no_item(dynamodb: Any, table: str, bad: dict[str, Any]) -> None:
    for call in (dynamodb.get_item, dynamodb.update_item, dynamodb.delete_item):
        assert refused(call, TableName=table, Key=bad) == (
            "ValidationException",
            "The provided key element does not match the schema",
        )


def test_an_index_key_must_have_its_type(dynamodb: Any) -> None:
    name = make_table(dynamodb, types={"g": "S"}, GlobalSecondaryIndexes=[index("by-g", "g")])
    assert refused(dynamodb.put_item, TableName=name, Item=wire(pk="p", sk="s", g=1)) == (
        "ValidationException",
        INVALID + "Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g",
    )
    code, message = refused(dynamodb.put_item, TableName=name, Item=wire(pk="p", sk="s", g=""))
    assert code == "ValidationException"
    assert message.endswith("IndexName: by-g, IndexKey: g")
    assert refused(
        dynamodb.update_item,
        TableName=name,
        Key=key("p"),
        UpdateExpression="SET g = :g",
        ExpressionAttributeValues=wire(**{":g": 1}),
    ) == (
        "ValidationException",
        "The update expression attempted to update the secondary index key to unsupported type",
    )


def test_a_key_attribute_cannot_be_updated(dynamodb: Any, table: str) -> None:
    assert refused(
        dynamodb.update_item,
        TableName=table,
        Key=key("a"),
        UpdateExpression="SET sk = :x",
        ExpressionAttributeValues=wire(**{":x": "y"}),
    ) == (
        "ValidationException",
        INVALID + "Cannot update attribute sk. This attribute is part of the key",
    )


def test_an_unknown_table(dynamodb: Any) -> None:
    for call, more in (
        (dynamodb.get_item, {"Key": key("a")}),
        (dynamodb.put_item, {"Item": key("a")}),
        (dynamodb.scan, {}),
    ):
        assert refused(call, TableName="no-such-table", **more) == (
            "ResourceNotFoundException",
            "Requested resource not found",
        )


@pytest.mark.parametrize(
    ("parameters", "code", "text"),
    [
        ({}, "ValidationException", "2 validation errors detected: Value null at 'tableName'"),
        ({"TableName": "abc"}, "ValidationException", "Value null at 'item'"),
        (
            {"TableName": "abc", "Item": {}, "ReturnValues": "SOME"},
            "ValidationException",
            "1 validation error detected: Value 'SOME' at 'returnValues' failed to satisfy "
            "constraint: Member must satisfy enum value set: [",
        ),
        (
            {"TableName": "abc", "Item": {}, "ReturnValues": "ALL_NEW"},
            "ValidationException",
            "ReturnValues can only be ALL_OLD or NONE",
        ),
        (
            {"TableName": "abc", "Item": {}, "Expected": {"a": {"Exists": False}}},
            "NotImplementedByOrderlab",
            "legacy parameter Expected",
        ),
    ],
)
def test_requests_of_the_wrong_form(
    dynamodb: Any, parameters: dict[str, Any], code: str, text: str
) -> None:
    with pytest.raises(ClientError) as error:
        dynamodb.put_item(**parameters)
    assert error.value.response["Error"]["Code"] == code
    assert text in error.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "value", [{"S": 5}, {"N": 5}, {"S": None}, {}, {"L": {}}, {"M": []}, {"Q": "x"}, 5, "x", []]
)
def test_values_of_the_wrong_form(dynamodb: Any, table: str, value: Any) -> None:
    code, _ = refused(raw_put(dynamodb), TableName=table, Item={**key("bad"), "v": value})
    assert code in ("SerializationException", "ValidationException")


@pytest.mark.parametrize(
    "body",
    [
        {"TableName": 7, "Item": {}},
        {"TableName": {"a": 1}, "Item": {}},
        {"TableName": "abc", "Item": []},
        {"TableName": "abc", "Item": "x"},
        {"TableName": "abc", "Item": {}, "ExpressionAttributeNames": {"#a": 1}},
        {"TableName": "abc", "Item": {}, "ConditionExpression": ["a"]},
    ],
)
def test_json_of_the_wrong_type(dynamodb: Any, body: dict[str, Any]) -> None:
    code, _ = refused(raw_put(dynamodb), **body)
    assert code == "SerializationException"


def raw_put(dynamodb: Any) -> Any:
    """PutItem with a body that botocore would not write."""
    import json

    def put(**body: Any) -> None:
        def replace(request: Any, **_: Any) -> None:
            request.data = json.dumps(body).encode()

        dynamodb.meta.events.register("before-sign.dynamodb.PutItem", replace, "raw")
        try:
            dynamodb.put_item(TableName="abc", Item={})
        finally:
            dynamodb.meta.events.unregister("before-sign.dynamodb.PutItem", replace, "raw")

    return put


def test_what_is_not_done_says_so(dynamodb: Any, table: str) -> None:
    with pytest.raises(ClientError) as error:
        dynamodb.execute_statement(Statement=f'SELECT * FROM "{table}"')
    assert error.value.response["Error"]["Code"] == "NotImplementedByOrderlab"
    assert "PartiQL" in error.value.response["Error"]["Message"]


def test_a_thrown_switch_throttles_a_table(cloud: Any, dynamodb: Any) -> None:
    name = make_table(dynamodb)
    cloud.page("faults", "POST", {"kind": "throttle", "target": f"table/{name}"})
    try:
        code, _ = refused(dynamodb.put_item, TableName=name, Item=key("a"))
        assert code == "ThrottlingException"
    finally:
        cloud.page(f"faults?target=table/{name}", "DELETE")
    dynamodb.put_item(TableName=name, Item=key("a"))
