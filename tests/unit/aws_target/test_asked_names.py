"""A batch's tables, which are answered under the names that they were asked for."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from orderlab.aws_target.marks import Marks

ITEM = {"id": {"S": "1"}}


def read(*tables: str) -> dict[str, Any]:
    """The answer to a batch that reads from these tables, and could not read them all."""
    client = boto3.client(
        "dynamodb", aws_access_key_id="t", aws_secret_access_key="t", region_name="us-east-1"
    )
    Marks("anna").put_on(client.meta.events.register, "1", lambda _: None, lambda *_: None)
    given = [f"orderlab-anna-{each.removeprefix('orderlab-anna-')}" for each in tables]
    answer = {
        "Responses": {name: [ITEM] for name in given},
        "UnprocessedKeys": {given[0]: {"Keys": [ITEM]}},
    }
    with Stubber(client) as stub:
        stub.add_response("batch_get_item", answer, {"RequestItems": ANY})
        wanted: Any = {name: {"Keys": [ITEM]} for name in tables}
        found: dict[str, Any] = dict(client.batch_get_item(RequestItems=wanted))
    return found


@pytest.mark.parametrize("tables", [("orders",), ("orders", "shipping"), ("orderlab-anna-orders",)])
def test_an_answer_has_the_names_that_were_asked_for(tables: tuple[str, ...]) -> None:
    found = read(*tables)
    assert list(found["Responses"]) == list(tables)
    assert list(found["UnprocessedKeys"]) == [tables[0]]
