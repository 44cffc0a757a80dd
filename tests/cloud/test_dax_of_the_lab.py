"""`lab.dax_client`: AWS's client, pointed at a cluster of the session."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.practice import caches
from tests.cloud.dax_support import client_of_dax, make_cluster
from tests.cloud.tables_support import make_table, wire


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


def test_a_client_that_is_not_installed(
    target: LocalTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LearnerError, match=r"is not installed.*pip install amazon-dax-client"):
        caches.connected(target, "cache")
