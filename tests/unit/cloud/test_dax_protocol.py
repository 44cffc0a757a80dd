"""DAX's protocol against the encoder and the decoder of AWS's own client."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dax_client import MemoryTube, framed, key_schema, sent, understood

# isort: split
from amazondax import AttributeValueDecoder, AttributeValueEncoder, LexDecimal
from amazondax.CborEncoder import DYNAMODB_CONTEXT
from amazondax.CborSExprGenerator import encode_expressions
from amazondax.DaxClient import DaxClient, Request
from amazondax.DaxError import DaxServiceError

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.dax.protocol import (
    attribute_values,
    cbor,
    errors,
    expressions,
    keys,
    methods,
    number_keys,
    replies,
    requests,
)
from orderlab.cloud.dax.protocol.attribute_lists import AttributeLists
from orderlab.cloud.dax.protocol.cbor import BadCbor
from orderlab.cloud.dax.protocol.expressions import Placeholders

PAIR = (("pk", "S"), ("sk", "N"))
numbers = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(-(10**30), 10**30),
    st.integers(-90, 90),
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.one_of(
    st.builds(lambda text: {"S": text}, texts),
    st.builds(lambda number: {"N": _plain(number)}, numbers),
    st.builds(lambda raw: {"B": raw}, st.binary(max_size=12)),
    st.just({"NULL": True}),
    st.builds(lambda flag: {"BOOL": flag}, st.booleans()),
    st.builds(lambda each: {"SS": sorted(each)}, st.sets(texts, min_size=1, max_size=4)),
    st.builds(
        lambda each: {"NS": [_plain(one) for one in each]},
        st.lists(numbers, min_size=1, max_size=4),
    ),
)
values = st.recursive(
    scalars,
    lambda inside: st.one_of(
        st.builds(lambda each: {"L": each}, st.lists(inside, max_size=4)),
        st.builds(lambda each: {"M": each}, st.dictionaries(texts, inside, max_size=4)),
    ),
    max_leaves=10,
)


def _plain(number: Decimal) -> str:
    """A number as DynamoDB writes it."""
    return attribute_values.number_text(number if number else 0)


def _in_json(value: Any) -> Any:
    """The client's attribute values have bytes where JSON has Base64."""
    from base64 import b64encode

    if isinstance(value, dict):
        return {name: _in_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_in_json(each) for each in value]
    return b64encode(value).decode() if isinstance(value, bytes) else value


# --- values and keys ---


@given(values)
def test_values_are_read_as_the_client_writes_them(value: dict[str, Any]) -> None:
    raw = AttributeValueEncoder.encode_attribute_value(value)
    assert attribute_values.value_of(cbor.read_all(raw)) == _in_json(value)


@given(values)
def test_values_are_written_as_the_client_reads_them(value: dict[str, Any]) -> None:
    tube = MemoryTube(attribute_values.encode(_in_json(value)))
    found = AttributeValueDecoder._decode_attribute_value(tube.dec)
    assert _by_worth(found) == _by_worth(value)


def _by_worth(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute value with numbers by their worth: the client writes some with exponents."""
    ((kind, content),) = value.items()
    if kind == "N":
        content = Decimal(content)
    elif kind == "NS":
        content = [Decimal(one) for one in content]
    elif kind == "L":
        content = [_by_worth(each) for each in content]
    elif kind == "M":
        content = {name: _by_worth(each) for name, each in content.items()}
    return {kind: content}


@given(numbers)
def test_numbers_as_sort_keys(number: Decimal) -> None:
    text = _plain(number)
    by_client = LexDecimal.encode(DYNAMODB_CONTEXT.create_decimal(number))
    assert number_keys.decode(by_client) == text
    ours = number_keys.encode(text)
    assert LexDecimal.decode_all(ours) == number
    assert number_keys.decode(ours) == text


@given(st.lists(numbers, min_size=2, max_size=6))
def test_numbers_as_sort_keys_sort_as_numbers(several: list[Decimal]) -> None:
    in_order = sorted(several, key=lambda number: number_keys.encode(_plain(number)))
    assert in_order == sorted(several)


@pytest.mark.parametrize("schema", [(("pk", "S"),), (("pk", "N"),), (("pk", "B"),), PAIR])
def test_keys_go_both_ways(schema: keys.KeySchema) -> None:
    contents = {"S": {"S": "käy"}, "N": {"N": "-12.5"}, "B": {"B": b"\x00\x01"}}
    key = {name: contents[kind] for name, kind in schema}
    raw = AttributeValueEncoder.encode_key(key, key_schema(schema))
    assert keys.decode_key(raw, schema) == _in_json(key)
    assert keys.canonical_key(raw, schema) == keys.encode_key(_in_json(key), schema)
    tube = MemoryTube(cbor.binary(keys.encode_key(_in_json(key), schema)))
    assert AttributeValueDecoder._decode_key_bytes(tube.dec, key_schema(schema)) == key


# --- expressions ---


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("condition", "a = :a AND b.c[0].d <> :b"),
        ("condition", "NOT (a < :a OR b >= :b)"),
        ("condition", "a BETWEEN :a AND :b AND b IN (:a, :b)"),
        ("condition", "(a = :a OR b = :b) AND size(c) > :a"),
        ("condition", "attribute_exists(#n) AND begins_with(#n.x, :a)"),
        ("condition", "NOT (NOT a = :a)"),
        ("update", "SET a = if_not_exists(a, :a) + :b, b[1] = list_append(#n, :a) REMOVE c"),
        ("update", "ADD a :a DELETE b :b"),
    ],
)
def test_expressions_come_out_as_they_were_written(kind: str, text: str) -> None:
    names = {"#n": "name"} if "#n" in text else None
    given_values = {k: {"S": k} for k in (":a", ":b") if k in text}
    encoded = encode_expressions(
        text if kind == "condition" else None, None, None,
        text if kind == "update" else None, None, names, given_values,
    )  # fmt: skip
    placeholders = Placeholders(names or {}, {k: v["S"] for k, v in given_values.items()})
    raw = encoded.Condition if kind == "condition" else encoded.Update
    assert getattr(expressions, kind)(raw, placeholders) == text
    expected: dict[str, Any] = {"ExpressionAttributeValues": given_values}
    if names:
        expected["ExpressionAttributeNames"] = names
    assert placeholders.parameters() == expected


def test_without_the_clients_names_every_name_gets_a_placeholder() -> None:
    raw = encode_expressions("a = :a", None, None, None, None, {}, {":a": {"N": "1"}}).Condition
    placeholders = Placeholders()
    assert expressions.condition(raw, placeholders) == "#dax0 = :dax0"
    assert placeholders.parameters() == {
        "ExpressionAttributeNames": {"#dax0": "a"},
        "ExpressionAttributeValues": {":dax0": {"N": "1"}},
    }


def test_a_condition_with_many_operators_is_read() -> None:
    text = " AND ".join(["a = :a"] * 250)
    raw = encode_expressions(text, None, None, None, None, {}, {":a": {"N": "1"}}).Condition
    assert expressions.condition(raw, Placeholders({}, {":a": 1})) == text


# --- requests ---


def test_a_get_item_is_read() -> None:
    request = Request(
        {
            "TableName": "t",
            "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}},
            "ProjectionExpression": "x.y[2], #z",
            "ExpressionAttributeNames": {"#z": "z"},
            "ConsistentRead": True,
            "ReturnConsumedCapacity": "TOTAL",
        }
    )
    request.key_schema = key_schema(PAIR)
    received = requests.read(framed(sent("getItem_263244906_1", request)))
    assert received.method == methods.GET_ITEM
    table, key, given_options = received.arguments
    assert requests.table_name(table) == "t"
    assert keys.decode_key(key, PAIR) == {"pk": {"S": "a"}, "sk": {"N": "1"}}
    assert requests.plain_options(given_options) == {
        "ConsistentRead": True,
        "ReturnConsumedCapacity": "TOTAL",
    }
    assert requests.projection_of(given_options) == [("x", "y", 2), ("z",)]


def test_a_put_item_is_read() -> None:
    lists = AttributeLists()
    item = {"pk": {"S": "a"}, "sk": {"N": "1"}, "n": {"N": "1.50"}, "b": {"B": b"x"}}
    request = Request({"TableName": "t", "Item": item, "ReturnValues": "ALL_OLD"})
    request.key_schema = key_schema(PAIR)
    request.attr_names = ("b", "n")
    request.attr_list_id = lists.number_of(("b", "n"))
    received = requests.read(framed(sent("putItem_N2106490455_1", request)))
    assert requests.put_item(received.arguments, PAIR, lists.names_of) == {
        "TableName": "t",
        "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "n": {"N": "1.5"}, "b": {"B": "eA=="}},
        "ReturnValues": "ALL_OLD",
    }


# --- answers ---


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from("abcdef"), values, max_size=5))
def test_an_item_is_understood(attributes: dict[str, Any]) -> None:
    lists = AttributeLists()
    key = {"pk": {"S": "a"}, "sk": {"N": "1"}}
    raw = keys.encode_attributes({**_in_json(attributes), **key}, PAIR, lists.number_of)
    answer = replies.members({methods.Member.ITEM: replies.stream_item(raw)})
    request = Request({"TableName": "t", "Key": key})
    item = understood("getItem_263244906_1", request, answer)["Item"]
    names = lists.names_of(item["_attr_list_id"])
    item = AttributeValueDecoder.deanonymize_attribute_values(item, names)
    assert _by_worth({"M": item}) == _by_worth({"M": {**attributes, **key}})


def test_nodes_are_understood() -> None:
    raw = replies.endpoints(
        [
            {"host": "127.0.0.1", "port": 8111, "zone": "us-east-1a", "leads": True},
            {"host": "127.0.0.1", "port": 8112, "zone": "us-east-1b", "leads": False},
        ]
    )
    nodes = understood("endpoints_455855874_1", None, raw)
    assert [(n["address"], n["port"], n["role"], n["az"]) for n in nodes] == [
        ("127.0.0.1", 8111, 1, "us-east-1a"),
        ("127.0.0.1", 8112, 2, "us-east-1b"),
    ]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ValidationException", 400),
        ("ConditionalCheckFailedException", 400),
        ("ResourceNotFoundException", 400),
        ("ProvisionedThroughputExceededException", 400),
        ("ThrottlingException", 400),
        ("AccessDeniedException", 400),
        ("TransactionConflictException", 400),
        ("IdempotentParameterMismatchException", 400),
        ("InternalServerError", 500),
        ("UnrecognizedClientException", 403),
        ("NotImplementedByOrderlab", 501),
    ],
)
def test_errors_are_understood(code: str, status: int) -> None:
    raw = errors.failure(AwsError("why", code=code, status=status), "an-id")
    with pytest.raises(DaxServiceError) as refused:
        DaxClient(None)._handle_error("GetItem", MemoryTube(raw))
    assert refused.value.response == {
        "Error": {"Code": code, "Message": "why"},
        "ResponseMetadata": {"RequestId": "an-id", "HTTPStatusCode": status},
    }
    assert refused.value.auth_error == (code == "UnrecognizedClientException")


def test_lists_of_attributes_are_bounded() -> None:
    lists = AttributeLists(most=3)
    first = lists.number_of(("a",))
    assert lists.number_of(("a",)) == first
    assert lists.number_of(()) == 1
    lists.number_of(("b",))
    lists.number_of(("c",))
    with pytest.raises(BadCbor):
        lists.names_of(first)
    assert lists.names_of(1) == ()
    assert lists.number_of(("a",)) > first
