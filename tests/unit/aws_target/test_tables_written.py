"""The tables that a call writes into, wherever it names them."""

from __future__ import annotations

from typing import Any

import pytest

from orderlab.aws_target.tables_written import written_tables

PUT = {"Put": {"TableName": "a", "Item": {}}}
CHECK = {"ConditionCheck": {"TableName": "b", "Key": {}}}


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("BatchWriteItem", {"RequestItems": {"a": [], "b": []}}, ["a", "b"]),
        ("BatchGetItem", {"RequestItems": {"a": {}}}, []),
        ("TransactWriteItems", {"TransactItems": [PUT, CHECK, PUT]}, ["a"]),
        ("ExecuteStatement", {"Statement": " insert into \"a\" value {}"}, ["a"]),
        ("ExecuteStatement", {"Statement": "UPDATE a SET x = 1"}, ["a"]),
        ("ExecuteStatement", {"Statement": "SELECT * FROM a"}, []),
        ("BatchExecuteStatement",
         {"Statements": [{"Statement": "DELETE FROM \"a\".\"i\" WHERE x = 1"}]}, ["a"]),
        ("ExecuteTransaction", {"TransactStatements": [{"Statement": "UPDATE a SET x=1"}]}, ["a"]),
        ("PutItem", {"TableName": "a"}, []),
        # what botocore will refuse is no matter of ours
        ("TransactWriteItems", {"TransactItems": [None, "x", {"Put": 1}]}, []),
        ("BatchWriteItem", {"RequestItems": []}, []),
    ],
)  # fmt: skip
def test_tables(operation: str, params: dict[str, Any], expected: list[str]) -> None:
    assert written_tables(operation, params) == expected
