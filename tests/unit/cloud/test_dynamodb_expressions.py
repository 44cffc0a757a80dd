"""Conditions: what they mean, and what AWS says of those that mean nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.dynamodb.expressions.request import Expressions

ITEM: dict[str, Any] = {
    "id": {"S": "order-1"},
    "n": {"N": "5"},
    "tags": {"SS": ["blue", "red"]},
    "bin": {"B": "AAEC"},
    "parts": {"L": [{"S": "x"}, {"M": {"qty": {"N": "2"}, "sku": {"S": "abc"}}}]},
    "address": {"M": {"city": {"S": "Bern"}, "zip": {"N": "3000"}}},
    "gone": {"NULL": True},
    "flag": {"BOOL": True},
}
GIVEN = {
    ":five": {"N": "5.0"},
    ":six": {"N": "6"},
    ":four": {"N": "4"},
    ":two": {"N": "2"},
    ":text": {"S": "order"},
    ":id": {"S": "order-1"},
    ":red": {"S": "red"},
    ":map": {"M": {"zip": {"N": "3000"}, "city": {"S": "Bern"}}},
    ":tags": {"SS": ["red", "blue"]},
    ":type": {"S": "SS"},
    ":n": {"S": "N"},
    ":true": {"BOOL": True},
    ":bytes": {"B": "AAE="},
}


def holds(text: str, item: dict[str, Any] | None = None) -> bool:
    values = {name: value for name, value in copy.deepcopy(GIVEN).items() if name in text}
    values = {name: value for name, value in values.items() if _mentions(text, name)}
    parameters: dict[str, Any] = {"ConditionExpression": text}
    if values:
        parameters["ExpressionAttributeValues"] = values
    expressions = Expressions(parameters, "ConditionExpression")
    condition = expressions.condition()
    assert condition is not None
    expressions.finish()
    return expressions.holds(condition, ITEM if item is None else item)


def _mentions(text: str, name: str) -> bool:
    import re

    return re.search(rf"{name}(?![A-Za-z0-9_])", text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "n = :five",
        "n <> :six",
        "absent <> :six",
        "n < :six",
        "n <= :five",
        "n > :four",
        "n >= :five",
        "n BETWEEN :four AND :six",
        "n between :five and :five",
        "n IN (:four, :five)",
        "id IN (:id)",
        "attribute_exists(id)",
        "attribute_exists(address.city)",
        "attribute_not_exists(address.street)",
        "attribute_not_exists(parts[7])",
        "attribute_type(tags, :type)",
        "attribute_type(n, :n)",
        "begins_with(id, :text)",
        "begins_with(bin, :bytes)",
        "contains(id, :text)",
        "contains(tags, :red)",
        "contains(bin, :bytes)",
        "size(tags) = :two",
        "size(parts) < :five",
        "size(address) = :two",
        "size(id) > :six",
        "parts[1].qty = :two",
        "address = :map",
        "tags = :tags",
        "flag = :true",
        "NOT n = :six",
        "n = :six OR id = :id",
        "n = :five AND id = :id",
        "n = :six AND id = :id OR attribute_exists(id)",
        "attribute_exists(id) OR n = :six AND n = :four",
        "NOT (n = :six OR n = :four)",
        "(n = :six) OR (id = :id)",
        "not contains ( tags , :text )",
        ":five = n",
        ":four < n",
    ],
)
def test_conditions_that_hold(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "n = :id",  # another type
        "absent = :five",
        "absent < :five",
        "id < :five",
        "absent BETWEEN :four AND :six",
        "absent IN (:five)",
        "n BETWEEN :six AND :six",
        "attribute_exists(parts[2])",
        "attribute_exists(id.inside)",
        "attribute_type(n, :type)",
        "begins_with(n, :text)",
        "contains(n, :five)",
        "contains(tags, :five)",
        "size(n) = :five",
        "size(absent) = :five",
        "NOT attribute_exists(id)",
        "(n = :five OR id = :id) AND n = :six",
        "flag < :five",
    ],
)
def test_conditions_that_do_not_hold(text: str) -> None:
    assert not holds(text)


def test_reserved_words_need_a_placeholder() -> None:
    parameters = {
        "ConditionExpression": "#status = :s AND #a.#status = :s",
        "ExpressionAttributeNames": {"#status": "status", "#a": "data"},
        "ExpressionAttributeValues": {":s": {"S": "x"}},
    }
    expressions = Expressions(parameters, "ConditionExpression")
    condition = expressions.condition()
    assert condition is not None
    item: dict[str, Any] = {"status": {"S": "x"}, "data": {"M": {"status": {"S": "x"}}}}
    assert expressions.holds(condition, item)


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("", {}, "Invalid ConditionExpression: The expression can not be empty;"),
        (
            "a = ",
            {},
            'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="',
        ),
        ("a & b", {}, 'Invalid ConditionExpression: Syntax error; token: "&", near: "a & b"'),
        (
            "a b",
            {},
            'Invalid ConditionExpression: Syntax error; token: "b", near: "a b"',
        ),
        (
            "status = :a",
            {":a": {"S": "x"}},
            "Invalid ConditionExpression: Attribute name is a reserved keyword; "
            "reserved keyword: status",
        ),
        (
            "#a = :a",
            {":a": {"S": "x"}},
            "Invalid ConditionExpression: An expression attribute name used in the document path "
            "is not defined; attribute name: #a",
        ),
        (
            "a = :b",
            {":a": {"S": "x"}},
            "Invalid ConditionExpression: An expression attribute value used in expression is not "
            "defined; attribute value: :b",
        ),
        (
            "a = :a",
            {":a": {"S": "x"}, ":b": {"S": "x"}, ":c": {"S": "x"}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b, :c}",
        ),
        ("foo(a)", {}, "Invalid ConditionExpression: Invalid function name; function: foo"),
        (
            "attribute_exists(a, b)",
            {},
            "Invalid ConditionExpression: Incorrect number of operands for operator or function; "
            "operator or function: attribute_exists, number of operands: 2",
        ),
        (
            "attribute_exists(:a)",
            {":a": {"S": "x"}},
            "Invalid ConditionExpression: Operator or function requires a document path; "
            "operator or function: attribute_exists",
        ),
        (
            "size(a)",
            {},
            "Invalid ConditionExpression: The function is not allowed to be used this way in an "
            "expression; function: size",
        ),
        (
            "begins_with(a, :a)",
            {":a": {"N": "1"}},
            "Invalid ConditionExpression: Incorrect operand type for operator or function; "
            "operator or function: begins_with, operand type: N",
        ),
        (
            "a < :a",
            {":a": {"BOOL": True}},
            "Invalid ConditionExpression: Incorrect operand type for operator or function; "
            "operator or function: <, operand type: BOOL",
        ),
        (
            "a = a",
            {},
            "Invalid ConditionExpression: The first operand must be distinct from the remaining "
            "operands for this operator or function; operator: =, first operand: [a]",
        ),
        (
            "((a = :a))",
            {":a": {"S": "x"}},
            "Invalid ConditionExpression: The expression has redundant parentheses;",
        ),
        (
            "attribute_type(a, :a)",
            {":a": {"S": "Z"}},
            "Invalid ConditionExpression: Invalid attribute type name found; type: Z, "
            "valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        ),
        (
            "a BETWEEN :b AND :a",
            {":a": {"N": "1"}, ":b": {"N": "2"}},
            "Invalid ConditionExpression: The BETWEEN operator requires upper bound to be greater "
            "than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, "
            "upper bound operand: AttributeValue: {N:1}",
        ),
        (
            "a = :a",
            {"a": {"S": "x"}},
            'ExpressionAttributeValues contains invalid key: Syntax error; key: "a"',
        ),
        (
            "a = :a",
            {":a": {}},
            "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, "
            "must contain exactly one of the supported datatypes for key :a",
        ),
        ("a = :a", {}, "ExpressionAttributeValues must not be empty"),
    ],
)
def test_what_aws_says_of_a_broken_condition(
    text: str, values: dict[str, Any], message: str
) -> None:
    parameters: dict[str, Any] = {"ConditionExpression": text}
    if values or ("empty" in message and text):
        parameters["ExpressionAttributeValues"] = values
    with pytest.raises(AwsError) as error:
        expressions = Expressions(parameters, "ConditionExpression")
        expressions.condition()
        expressions.finish()
    assert error.value.code == "ValidationException"
    assert error.value.message == message


@pytest.mark.parametrize(
    "text",
    ["(" * 3000, "NOT " * 1000 + "a = b", "a" + "[0]" * 900 + " = b", "x" * 5000, "a" * 9 + "\x00"],
)
def test_monstrous_expressions_are_refused(text: str) -> None:
    with pytest.raises(AwsError):
        Expressions({"ConditionExpression": text}, "ConditionExpression").condition()
