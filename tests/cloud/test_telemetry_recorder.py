"""The lab's pages: the flight recorder and the meter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cloud.test_iam_roles import ASSUMABLE, policy, session_client

ITEM = {"orderId": {"S": "written-1"}}


@pytest.fixture(scope="module")
def table(cloud: Any) -> str:
    cloud.client("dynamodb").create_table(
        TableName="recorder-orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "orderId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "orderId", "AttributeType": "S"}],
    )
    return "recorder-orders"


def trace(cloud: Any, identifier: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud.page(f"recorder/trace?id={identifier}")["hops"]
    return found


def test_a_clients_write_is_recorded_with_its_order(cloud: Any, table: str) -> None:
    cloud.client("dynamodb").put_item(TableName=table, Item=ITEM)
    (hop,) = trace(cloud, "written-1")
    assert hop["source"] == "client"
    assert hop["target"] == f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}"
    assert (hop["action"], hop["outcome"], hop["ids"]) == ("PutItem", "ok", ["written-1"])
    assert hop["duration_ms"] > 0


def test_a_refused_call_is_recorded_with_its_error(cloud: Any, table: str) -> None:
    iam = cloud.client("iam")
    iam.create_role(RoleName="recorder-role", AssumeRolePolicyDocument=json.dumps(ASSUMABLE))
    keys = cloud.client("sts").assume_role(
        RoleArn="arn:aws:iam::123456789012:role/recorder-role", RoleSessionName="session"
    )["Credentials"]
    dynamodb = session_client(cloud, "dynamodb", keys)
    item = {"orderId": {"S": "recorded-2"}}
    with pytest.raises(dynamodb.exceptions.ClientError):
        dynamodb.put_item(TableName=table, Item=item)
    (hop,) = trace(cloud, "recorded-2")
    assert hop["outcome"] == "AccessDeniedException"
    assert hop["source"].endswith("assumed-role/recorder-role/session")
    iam.put_role_policy(
        RoleName="recorder-role", PolicyName="p", PolicyDocument=policy("dynamodb:PutItem")
    )
    dynamodb.put_item(TableName=table, Item=item)
    assert [hop["outcome"] for hop in trace(cloud, "recorded-2")] == ["AccessDeniedException", "ok"]


def test_pages_lead_from_one_to_the_next(cloud: Any, table: str) -> None:
    start = cloud.page("recorder")["last"]
    dynamodb = cloud.client("dynamodb")
    for number in range(5):
        dynamodb.get_item(TableName=table, Key={"orderId": {"S": f"page-{number}"}})
    first = cloud.page(f"recorder?after={start}&limit=3")
    rest = cloud.page(f"recorder?after={first['next']}&limit=1000")
    hops = first["hops"] + rest["hops"]
    numbers = [hop["sequence"] for hop in hops]
    assert numbers == list(range(start + 1, start + 1 + len(numbers)))
    found = [hop["ids"][0] for hop in hops if hop["ids"] and hop["ids"][0].startswith("page-")]
    assert found == [f"page-{number}" for number in range(5)]


def test_the_board_sees_what_came_since_it_last_looked(cloud: Any, table: str) -> None:
    mark = cloud.page("recorder/edges")["last"]
    for _ in range(4):
        cloud.client("dynamodb").get_item(TableName=table, Key={"orderId": {"S": "edge"}})
    edges = cloud.page(f"recorder/edges?since={mark or 1}")["edges"]
    (edge,) = (
        e for e in edges if e["target"].endswith(f"table/{table}") and e["source"] == "client"
    )
    assert (edge["count"], edge["errors"], edge["action"]) == (4, 0, "GetItem")
    assert 0 < edge["p50_ms"] <= edge["p95_ms"] <= edge["max_ms"]


def test_the_meter_counts_calls_by_service(cloud: Any, table: str) -> None:
    before = cloud.page("meter")["resources"]["api.calls"].get("dynamodb", 0)
    cloud.client("dynamodb").describe_table(TableName=table)
    after = cloud.page("meter")
    assert after["resources"]["api.calls"]["dynamodb"] == before + 1
    assert after["items"]["api.calls"] >= after["resources"]["api.calls"]["dynamodb"]


@pytest.mark.parametrize("path", ["recorder?after=x", "recorder/edges?since=x", "recorder/trace"])
def test_a_bad_parameter_is_answered_with_400(cloud: Any, path: str) -> None:
    import urllib.error

    with pytest.raises(urllib.error.HTTPError) as error:
        cloud.page(path)
    error.value.close()
    assert error.value.code == 400
