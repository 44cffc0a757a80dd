"""Update and projection expressions: what they do, and what AWS says of those that cannot be."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.dynamodb.expressions.request import Expressions
from orderlab.cloud.dynamodb.expressions.updates import apply_update

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


def updated(text: str, item: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = {"UpdateExpression": text}
    if values:
        given = {f":{name}": value for name, value in values.items()}
        parameters["ExpressionAttributeValues"] = given
    expressions = Expressions(parameters, "UpdateExpression")
    update = expressions.update()
    assert update is not None
    expressions.finish()
    changed = copy.deepcopy(ITEM if item is None else item)
    apply_update(update.plan, changed, expressions.values)
    return changed


def test_set_puts_and_replaces() -> None:
    found = updated("SET n = :v, fresh = :v", v={"S": "x"})
    assert (found["n"], found["fresh"]) == ({"S": "x"}, {"S": "x"})


def test_values_come_from_the_item_as_it_was() -> None:
    found = updated("SET a = b, b = a", {"a": {"N": "1"}, "b": {"N": "2"}})
    assert found == {"a": {"N": "2"}, "b": {"N": "1"}}


def test_a_copied_map_is_a_copy() -> None:
    item = {"a": {"M": {"x": {"N": "1"}}}}
    found = updated("SET b = a, a.x = :v", item, v={"N": "2"})
    assert found == {"a": {"M": {"x": {"N": "2"}}}, "b": {"M": {"x": {"N": "1"}}}}


def test_arithmetic_and_defaults() -> None:
    found = updated(
        "SET n = n - :v, cnt = if_not_exists(cnt, :z) + :v", v={"N": "1.5"}, z={"N": "0"}
    )
    assert (found["n"], found["cnt"]) == ({"N": "3.5"}, {"N": "1.5"})


def test_lists_grow_at_either_end() -> None:
    item = {"l": {"L": [{"N": "1"}]}}
    assert updated("SET l = list_append(l, :v)", item, v={"L": [{"N": "2"}]})["l"] == {
        "L": [{"N": "1"}, {"N": "2"}]
    }
    assert updated("SET l = list_append(:v, l)", item, v={"L": [{"N": "2"}]})["l"] == {
        "L": [{"N": "2"}, {"N": "1"}]
    }


def test_an_index_beyond_the_end_appends_in_the_order_of_the_indexes() -> None:
    item = {"l": {"L": [{"N": "0"}]}}
    found = updated("SET l[9] = :b, l[5] = :a", item, a={"S": "a"}, b={"S": "b"})
    assert found["l"]["L"] == [{"N": "0"}, {"S": "a"}, {"S": "b"}]


def test_removed_indexes_mean_the_list_as_it_was() -> None:
    item = {"l": {"L": [{"N": "0"}, {"N": "1"}, {"M": {"x": {"N": "2"}, "y": {"N": "3"}}}]}}
    found = updated("REMOVE l[0], l[1], l[2].x, absent", item)
    assert found["l"]["L"] == [{"M": {"y": {"N": "3"}}}]


def test_add_counts_and_joins_sets() -> None:
    found = updated("ADD n :one, tags :t, fresh :one", one={"N": "1"}, t={"SS": ["red", "a"]})
    assert found["n"] == {"N": "6"}
    assert found["tags"] == {"SS": ["a", "blue", "red"]}
    assert found["fresh"] == {"N": "1"}


def test_delete_takes_out_of_sets_and_an_empty_set_goes() -> None:
    assert updated("DELETE tags :t", t={"SS": ["red", "x"]})["tags"] == {"SS": ["blue"]}
    assert "tags" not in updated("DELETE tags :t", t={"SS": ["red", "blue"]})
    assert "nobody" not in updated("DELETE nobody :t", t={"SS": ["red"]})


def test_all_sections_at_once() -> None:
    found = updated(
        "REMOVE gone ADD n :one SET flag = :f DELETE tags :t",
        one={"N": "1"},
        f={"BOOL": False},
        t={"SS": ["red"]},
    )
    assert "gone" not in found
    assert (found["n"], found["flag"], found["tags"]) == (
        {"N": "6"},
        {"BOOL": False},
        {"SS": ["blue"]},
    )


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("", {}, "Invalid UpdateExpression: The expression can not be empty;"),
        ("SET a", {}, 'Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "a"'),
        ("PUT a = b", {}, 'Invalid UpdateExpression: Syntax error; token: "PUT", near: "PUT a"'),
        (
            "SET a = :v SET b = :v",
            {"v": {"N": "1"}},
            'Invalid UpdateExpression: The "SET" section can only be used once in an update '
            "expression;",
        ),
        (
            "SET a = :v REMOVE a.b",
            {"v": {"N": "1"}},
            "Invalid UpdateExpression: Two document paths overlap with each other; must remove or "
            "rewrite one of these paths; path one: [a], path two: [a, b]",
        ),
        (
            "SET a.b = :v, a[0] = :v",
            {"v": {"N": "1"}},
            "Invalid UpdateExpression: Two document paths conflict with each other; must remove "
            "or rewrite one of these paths; path one: [a, b], path two: [a, [0]]",
        ),
        (
            "ADD a :v",
            {"v": {"S": "x"}},
            "Invalid UpdateExpression: Incorrect operand type for operator or function; "
            "operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
        ),
        (
            "DELETE a :v",
            {"v": {"N": "1"}},
            "Invalid UpdateExpression: Incorrect operand type for operator or function; "
            "operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND",
        ),
        (
            "SET a = n + :v",
            {"v": {"S": "x"}},
            "Invalid UpdateExpression: Incorrect operand type for operator or function; "
            "operator or function: +, operand type: S",
        ),
        (
            "SET a = attribute_exists(b)",
            {},
            "Invalid UpdateExpression: The function is not allowed in an update expression; "
            "function: attribute_exists",
        ),
        (
            "SET a = nothing",
            {},
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            "SET a = id + :v",
            {"v": {"N": "1"}},
            "An operand in the update expression has an incorrect data type",
        ),
        (
            "ADD id :v",
            {"v": {"N": "1"}},
            "An operand in the update expression has an incorrect data type",
        ),
        (
            "SET nothing.x = :v",
            {"v": {"N": "1"}},
            "The document path provided in the update expression is invalid for update",
        ),
        (
            "SET id[0] = :v",
            {"v": {"N": "1"}},
            "The document path provided in the update expression is invalid for update",
        ),
    ],
)
def test_what_aws_says_of_a_broken_update(text: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(AwsError) as error:
        updated(text, **values)
    assert error.value.code == "ValidationException"
    assert error.value.message == message


def projected(text: str) -> dict[str, Any]:
    expressions = Expressions({"ProjectionExpression": text}, "ProjectionExpression")
    projection = expressions.projection()
    assert projection is not None
    return projection.choose(copy.deepcopy(ITEM))


def test_projections_keep_the_shape_and_close_gaps() -> None:
    assert projected("id, address.city, nothing") == {
        "id": {"S": "order-1"},
        "address": {"M": {"city": {"S": "Bern"}}},
    }
    assert projected("parts[1].qty, parts[5]") == {"parts": {"L": [{"M": {"qty": {"N": "2"}}}]}}
    assert projected("parts[1], parts[0]")["parts"]["L"] == ITEM["parts"]["L"]


def test_a_projection_may_not_name_a_path_twice() -> None:
    with pytest.raises(AwsError) as error:
        projected("address.city, address")
    assert error.value.message == (
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
        "rewrite one of these paths; path one: [address, city], path two: [address]"
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"ExpressionAttributeNames": {"#a": "a"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            {"ExpressionAttributeValues": {":a": {"S": "a"}}},
            "ExpressionAttributeValues can only be specified when using expressions: "
            "UpdateExpression and ConditionExpression are null",
        ),
    ],
)
def test_placeholders_without_an_expression_are_refused(
    parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(AwsError) as error:
        Expressions(parameters, "UpdateExpression", "ConditionExpression")
    assert error.value.message == message
