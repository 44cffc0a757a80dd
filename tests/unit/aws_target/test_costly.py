"""What costs by the hour isn't made unless it was asked for by name; the cell goes on."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from orderlab.aws_target.absent import Absent
from orderlab.aws_target.calls import in_one_sentence
from orderlab.aws_target.costly import COSTLY, Costly, NotAskedFor, wanted
from orderlab.consent import costly_lines, costly_prices
from orderlab.errors import LearnerError

TABLE: dict[str, Any] = {
    "TableName": "t",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
CLUSTER: dict[str, Any] = {
    "ClusterName": "cache", "NodeType": "dax.t3.small", "ReplicationFactor": 1,
    "IamRoleArn": "arn:aws:iam::123456789012:role/r",
}  # fmt: skip


def client(service: str, costly: Costly, *, quietly: bool = True) -> Any:
    """One that reaches nobody."""
    made: Any = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
    ).client
    found = made(service, endpoint_url="http://127.0.0.1:9")
    costly.put_on(found.meta.events.register, quietly=quietly)
    return found


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("dax", "CreateCluster", CLUSTER, "dax"),
        ("dax", "IncreaseReplicationFactor", {"ClusterName": "c"}, "dax"),
        ("dax", "CreateParameterGroup", {}, ""),
        ("eks", "CreateCluster", {}, ""),
        ("dynamodb", "CreateTable", {**TABLE, "BillingMode": "PAY_PER_REQUEST"}, ""),
        ("dynamodb", "CreateTable", {**TABLE, "BillingMode": "PROVISIONED"},
         "provisioned-capacity"),
        # the billing mode that AWS takes where none is named
        ("dynamodb", "CreateTable", {**TABLE, "ProvisionedThroughput": UNITS},
         "provisioned-capacity"),
        ("dynamodb", "UpdateTable", {"TableName": "t", "ProvisionedThroughput": UNITS},
         "provisioned-capacity"),
        ("dynamodb", "UpdateTable", {"TableName": "t", "StreamSpecification": {}}, ""),
        ("dynamodb", "RestoreTableFromBackup", {"BillingModeOverride": "PROVISIONED"},
         "provisioned-capacity"),
        ("dynamodb", "ImportTable", {"TableCreationParameters": {"BillingMode": "PROVISIONED"}},
         "provisioned-capacity"),
        ("lambda", "PutProvisionedConcurrencyConfig", {"FunctionName": "f"},
         "provisioned-concurrency"),
        ("lambda", "PutFunctionConcurrency", {"FunctionName": "f"}, ""),
    ],
)  # fmt: skip
def test_what_costs_by_the_hour(
    service: str, operation: str, params: dict[str, Any], expected: str
) -> None:
    assert wanted(service, operation, params) == expected


def test_a_cluster_is_left_out_and_what_is_asked_about_it_gives_nothing() -> None:
    said = list[str]()
    dax = client("dax", Costly(prices=costly_prices(), say=said.append))
    made = dax.create_cluster(**CLUSTER)
    assert isinstance(made, Absent)
    assert len(said) == 1
    for part in ("not made in your account", "$ 0.04 an hour", 'allow=("dax",)'):
        assert part in said[0]
    found = dax.describe_clusters(ClusterNames=["cache"])["Clusters"][0]
    assert bool(found["Status"] == "available") is False
    assert isinstance(dax.update_cluster(ClusterName="cache"), Absent)
    assert isinstance(dax.delete_cluster(ClusterName="cache"), Absent)
    assert len(said) == 1
    with pytest.raises(EndpointConnectionError):
        dax.describe_clusters(ClusterNames=["another"])


def test_library_code_is_told_in_one_sentence() -> None:
    costly = Costly(say=lambda _: None)
    with pytest.raises(NotAskedFor, match="DAX cluster is not made"):
        client("dax", costly, quietly=False).create_cluster(**CLUSTER)
    with pytest.raises(NotAskedFor):
        client("dax", costly, quietly=False).describe_clusters(ClusterNames=["cache"])


def test_a_table_is_left_out_and_a_waiter_does_not_wait_for_it() -> None:
    said = list[str]()
    dynamodb = client("dynamodb", Costly(say=said.append))
    dynamodb.create_table(**TABLE, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    assert "provisioned-capacity" in said[0]
    assert isinstance(dynamodb.put_item(TableName="t", Item={"id": {"S": "1"}}), Absent)
    with pytest.raises(NotAskedFor):
        dynamodb.get_waiter("table_exists").wait(TableName="t")


def test_a_table_that_stands_is_as_it_was_after_a_change_that_is_left_out() -> None:
    dynamodb = client("dynamodb", Costly(say=lambda _: None))
    dynamodb.update_table(TableName="t", BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    with pytest.raises(EndpointConnectionError):
        dynamodb.describe_table(TableName="t")


def test_what_was_asked_for_is_sent() -> None:
    costly = Costly(say=lambda _: None)
    dax = client("dax", costly)
    dax.create_cluster(**CLUSTER)
    costly.allow(["dax"])
    with pytest.raises(EndpointConnectionError):
        dax.create_cluster(**CLUSTER)
    with pytest.raises(EndpointConnectionError):
        dax.describe_clusters(ClusterNames=["cache"])


def test_only_what_is_known_can_be_asked_for() -> None:
    with pytest.raises(LearnerError, match="nothing called 'daxx'"):
        Costly(["daxx"])


def test_the_price_is_said_before() -> None:
    lines = costly_lines(["dax"])
    assert lines[0].startswith("You asked for dax: each node of dax.t3.small costs about $ 0.04")
    assert "provisioned-capacity, provisioned-concurrency" in lines[1]
    assert set(costly_prices()) == set(COSTLY)
    assert len(costly_lines(list(COSTLY))) == len(COSTLY)


@in_one_sentence(needs_no_cloud=("read",))
class Words:
    def read(self, cache: Any, *, also: Any = None) -> object:
        raise AssertionError("it was not called")


def test_a_word_that_is_given_nothing_gives_it_back() -> None:
    nothing = Absent("nothing")
    assert Words().read(nothing) is nothing
    assert Words().read(1, also={"cache": nothing}) is nothing
