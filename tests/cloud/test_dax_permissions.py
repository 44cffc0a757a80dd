"""Who may do what: callers need dax: actions on the cluster, the cluster dynamodb: actions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.dax_support import connected, make_cluster, make_role
from tests.cloud.functions_support import policy
from tests.cloud.tables_support import make_table, wire

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def cluster(cloud: Any) -> dict[str, Any]:
    return make_cluster(cloud)


@pytest.fixture(scope="module")
def table(cloud: Any) -> str:
    return make_table(cloud.client("dynamodb"), "pk")


def keys_of_user(cloud: Any, *actions: str, resource: str = "*") -> dict[str, str]:
    """The keys of a new user with these permissions, as the client takes them."""
    iam = cloud.client("iam")
    name = f"dax-user-{next(_numbers)}"
    iam.create_user(UserName=name)
    if actions:
        document = policy(*actions, resource=resource)
        iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def test_a_user_needs_daxs_actions_and_none_of_dynamodb(
    cloud: Any, cluster: dict[str, Any], table: str
) -> None:
    keys = keys_of_user(cloud, "dax:GetItem", "dax:Query", resource=cluster["ClusterArn"])
    with connected(cloud, cluster, **keys) as dax:
        assert dax.get_item(TableName=table, Key=wire(pk="a")) == {}
        code, text = refused(dax.put_item, TableName=table, Item=wire(pk="a"))
        assert code == "AccessDeniedException"
        assert "is not authorized to perform: dax:PutItem on resource: " in text
        assert cluster["ClusterArn"] in text
        assert refused(dax.scan, TableName=table)[0] == "AccessDeniedException"
        batch = {table: {"Keys": [wire(pk="a")]}}
        assert refused(dax.batch_get_item, RequestItems=batch)[0] == "AccessDeniedException"
        put = {"Put": {"TableName": table, "Item": wire(pk="a")}}
        code, text = refused(dax.transact_write_items, TransactItems=[put])
        assert (code, "dax:PutItem" in text) == ("AccessDeniedException", True)


def test_permissions_on_another_cluster_are_none_on_this_one(
    cloud: Any, cluster: dict[str, Any], table: str
) -> None:
    keys = keys_of_user(cloud, "dax:*", resource=cluster["ClusterArn"] + "-other")
    with connected(cloud, cluster, **keys) as dax:
        code, _ = refused(dax.get_item, TableName=table, Key=wire(pk="a"))
    assert code == "AccessDeniedException"


def test_a_permission_that_is_taken_away_is_missed_by_the_next_call(
    cloud: Any, cluster: dict[str, Any], table: str
) -> None:
    iam = cloud.client("iam")
    keys = keys_of_user(cloud, "dax:*")
    user = iam.get_access_key_last_used(AccessKeyId=keys["aws_access_key_id"])["UserName"]
    with connected(cloud, cluster, **keys) as dax:
        dax.get_item(TableName=table, Key=wire(pk="a"))
        iam.delete_user_policy(UserName=user, PolicyName="may")
        code, _ = refused(dax.get_item, TableName=table, Key=wire(pk="a"))
    assert code == "AccessDeniedException"


def test_a_session_of_a_role_brings_its_token(
    cloud: Any, cluster: dict[str, Any], table: str
) -> None:
    iam = cloud.client("iam")
    name = f"dax-session-{next(_numbers)}"
    account = cluster["ClusterArn"].split(":")[4]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy("dax:GetItem"))
    session = cloud.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="session")
    given = session["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    with connected(cloud, cluster, **keys) as dax:
        assert dax.get_item(TableName=table, Key=wire(pk="a")) == {}
    keys["aws_session_token"] = "another"
    with (
        pytest.raises(ClientError, match="UnrecognizedClientException"),
        connected(cloud, cluster, **keys),
    ):
        pass


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"aws_secret_access_key": "wrong"}, "InvalidSignatureException"),
        ({"aws_access_key_id": "AKIAUNKNOWN"}, "UnrecognizedClientException"),
    ],
)
def test_wrong_keys_are_refused(
    cloud: Any, cluster: dict[str, Any], keys: dict[str, str], code: str
) -> None:
    with pytest.raises(ClientError) as error, connected(cloud, cluster, **keys):
        pass
    assert error.value.response["Error"]["Code"] == code


@pytest.fixture(scope="module")
def narrow(cloud: Any) -> Iterator[Any]:
    """A client of a cluster whose role may only read."""
    role = make_role(cloud, "dynamodb:DescribeTable", "dynamodb:GetItem")
    with connected(cloud, make_cluster(cloud, IamRoleArn=role)) as client:
        yield client


def test_the_role_of_the_cluster_needs_dynamodbs_actions(narrow: Any, table: str) -> None:
    assert narrow.get_item(TableName=table, Key=wire(pk="b")) == {}
    code, text = refused(narrow.put_item, TableName=table, Item=wire(pk="b"))
    assert code == "AccessDeniedException"
    assert "dynamodb:PutItem" in text
    assert ":assumed-role/" in text


def test_a_cluster_whose_role_may_not_describe_tables_serves_nobody(cloud: Any, table: str) -> None:
    role = make_role(cloud, "dynamodb:GetItem")
    with connected(cloud, make_cluster(cloud, IamRoleArn=role)) as dax:
        code, text = refused(dax.get_item, TableName=table, Key=wire(pk="a"))
    assert (code, "dynamodb:DescribeTable" in text) == ("AccessDeniedException", True)


def test_daxs_own_api_needs_permissions_too(cloud: Any, cluster: dict[str, Any]) -> None:
    import boto3

    keys: dict[str, Any] = keys_of_user(cloud, "dax:DescribeClusters")
    client: Any = boto3.client("dax", endpoint_url=cloud.endpoint, region_name=cloud.region, **keys)
    assert client.describe_clusters()["Clusters"]
    code, text = refused(client.delete_cluster, ClusterName=cluster["ClusterName"])
    assert code == "AccessDeniedException"
    assert f"dax:DeleteCluster on resource: {cluster['ClusterArn']}" in text
