"""What calls on whole tables need: restores, and replicas in other Regions.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.cloud.tables_support import make_table, refused

ARN = "arn:aws:dynamodb:{region}:123456789012:table/{name}"
DATA = [
    "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem",
]  # fmt: skip


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture(scope="module")
def limited(cloud: Any) -> Callable[..., Any]:
    """A client of DynamoDB whose user has statements of (actions, resources)."""
    iam = cloud.client("iam")

    def make(*statements: tuple[list[str], list[str]]) -> Any:
        name = f"user-{uuid.uuid4().hex[:8]}"
        iam.create_user(UserName=name)
        allowed = [
            {"Effect": "Allow", "Action": [f"dynamodb:{a}" for a in actions], "Resource": resources}
            for actions, resources in statements
        ]
        document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return boto3.client(
            "dynamodb",
            endpoint_url=cloud.endpoint,
            region_name=cloud.region,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    return make


def test_a_restore_writes_into_the_target(dynamodb: Any, limited: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html"""
    table = make_table(dynamodb)
    target = f"{table}-restored"
    backup = dynamodb.create_backup(TableName=table, BackupName="first")["BackupDetails"]
    arn, new = backup["BackupArn"], ARN.format(region="us-east-1", name=target)
    parameters = {"TargetTableName": target, "BackupArn": arn}
    restore = ["RestoreTableFromBackup"]
    code, message = refused(limited((restore, [arn, new])).restore_table_from_backup, **parameters)
    assert code == "AccessDeniedException"
    assert f"dynamodb:BatchWriteItem on resource: {new}" in message
    limited((restore, [arn, new]), (DATA, [new])).restore_table_from_backup(**parameters)


def test_a_replica_needs_rights_in_its_region(dynamodb: Any, limited: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html"""
    table = make_table(dynamodb)
    here, there = (ARN.format(region=r, name=table) for r in ("us-east-1", "eu-west-1"))
    parameters = {
        "TableName": table,
        "ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}],
    }
    code, message = refused(limited((["UpdateTable"], [here])).update_table, **parameters)
    assert code == "AccessDeniedException"
    assert f"dynamodb:CreateTable on resource: {there}" in message
    rights = (["CreateTable", "CreateTableReplica", *DATA], [there])
    limited((["UpdateTable"], [here]), rights).update_table(**parameters)
