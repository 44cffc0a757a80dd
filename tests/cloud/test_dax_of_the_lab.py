"""`lab.dax_client`: AWS's client, pointed at a cluster of the session."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.practice import caches
from tests.cloud.dax_support import TRUST, client_of_dax, make_cluster
from tests.cloud.functions_support import policy
from tests.cloud.session_kit import home, kill_the_cloud, start
from tests.cloud.tables_support import make_table, wire

__all__ = ["home"]


@pytest.fixture(scope="module")
def target(cloud: Any) -> LocalTarget:
    return LocalTarget.attach(cloud.endpoint, cloud.access_key_id, cloud.secret_access_key)


def test_it_is_the_unchanged_client(cloud: Any, target: LocalTarget) -> None:
    cluster = make_cluster(cloud)
    table = make_table(target.client("dynamodb"), "pk")
    with caches.connected(target, cluster["ClusterName"]) as dax:
        assert type(dax) is client_of_dax.AmazonDaxClient
        dax.put_item(TableName=table, Item=wire(pk="a"))
        assert dax.get_item(TableName=table, Key=wire(pk="a"))["Item"] == wire(pk="a")


def test_a_cluster_that_does_not_exist(target: LocalTarget) -> None:
    with pytest.raises(LearnerError, match="There is no cluster nothing"):
        caches.connected(target, "nothing")


def test_a_role_of_a_cluster_says_for_which_tables(target: LocalTarget) -> None:
    with pytest.raises(LearnerError, match="none is named"):
        caches.role(target, "cache-role", ())


def test_a_client_that_is_not_installed(
    target: LocalTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LearnerError, match=r"is not installed.*pip install amazon-dax-client"):
        caches.connected(target, "cache")


def test_what_is_written_through_a_cache_stands_again_after_the_cloud_has_gone(home: Path) -> None:
    lab = start()
    table = make_table(lab.client("dynamodb"), "pk")
    lab.client("iam").create_role(RoleName="dax", AssumeRolePolicyDocument=json.dumps(TRUST))
    lab.client("iam").put_role_policy(
        RoleName="dax", PolicyName="may", PolicyDocument=policy("dynamodb:*")
    )
    lab.client("dax").create_cluster(
        ClusterName="cache",
        NodeType="dax.t3.small",
        ReplicationFactor=1,
        IamRoleArn="arn:aws:iam::123456789012:role/dax",
    )
    with lab.dax_client("cache") as dax:
        assert type(dax) is client_of_dax.AmazonDaxClient
        dax.put_item(TableName=table, Item=wire(pk="a", n="1"))
        dax.put_item(TableName=table, Item=wire(pk="b"))
        dax.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": wire(pk="c")}}]})
        dax.update_item(
            TableName=table,
            Key=wire(pk="a"),
            UpdateExpression="SET n = :two",
            ExpressionAttributeValues={":two": {"S": "2"}},
        )
        dax.delete_item(TableName=table, Key=wire(pk="b"))
        with pytest.raises(ClientError):
            dax.put_item(TableName=table, Item=wire(other="x"))
    kill_the_cloud(lab)
    again = start()
    assert again.journal.failures == []
    items = again.client("dynamodb").scan(TableName=table)["Items"]
    assert sorted((each["pk"]["S"], each.get("n", {}).get("S", "")) for each in items) == [
        ("a", "2"),
        ("c", ""),
    ]
    with again.dax_client("cache") as dax:
        assert dax.get_item(TableName=table, Key=wire(pk="c"))["Item"] == wire(pk="c")


def test_a_stand_in_takes_its_place_where_it_is_not_installed(
    cloud: Any,
    target: LocalTarget,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cluster = make_cluster(cloud)
    table = make_table(target.client("dynamodb"), "pk")
    monkeypatch.setattr(caches, "is_installed", lambda: False)
    with caches.open_cache(target, cluster["ClusterName"]) as cache:
        assert "is not installed here" in capsys.readouterr().out
        caches.kept(cache, lambda *_: None)
        cache.put_item(TableName=table, Item=wire(pk="a"))
        assert cache.get_item(TableName=table, Key=wire(pk="a"))["Item"] == wire(pk="a")
        assert (cache.hits, cache.misses) == (1, 0)
