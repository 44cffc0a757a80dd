"""Permissions boundaries of roles: what they leave of a role's rights, and how a refusal reads.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.test_iam_roles import ACCOUNT, ASSUMABLE, policy, session_client

QUEUES = f"arn:aws:sqs:us-east-1:{ACCOUNT}"


def managed(cloud: Any, name: str, document: str, path: str = "/") -> str:
    made = cloud.client("iam").create_policy(PolicyName=name, PolicyDocument=document, Path=path)
    return str(made["Policy"]["Arn"])


def session(cloud: Any, role: str, boundary: str, rights: str, service: str = "sqs") -> Any:
    iam = cloud.client("iam")
    arn = iam.create_role(
        RoleName=role,
        AssumeRolePolicyDocument=json.dumps(ASSUMABLE),
        PermissionsBoundary=boundary,
    )["Role"]["Arn"]
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=rights)
    return again(cloud, arn, service)


def again(cloud: Any, arn: str, service: str = "sqs") -> Any:
    found = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")
    return session_client(cloud, service, found["Credentials"])


def refused(call: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as raised:
        call()
    return dict(raised.value.response["Error"])


def test_a_role_may_do_what_both_its_policies_and_its_boundary_allow(cloud: Any) -> None:
    boundary = managed(cloud, "bound-both", policy(["sqs:*", "sns:*"], f"{QUEUES}:bound-*"))
    sqs = session(cloud, "bound-both", boundary, policy("sqs:*"))
    sqs.create_queue(QueueName="bound-a")
    error = refused(lambda: sqs.create_queue(QueueName="unbound-a"))
    assert error["Code"] == "AccessDenied"
    assert error["Message"] == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/bound-both/me is not authorized to perform: "
        f"sqs:createqueue on resource: {QUEUES}:unbound-a because no permissions boundary allows "
        "the sqs:createqueue action"
    )


def test_a_boundary_grants_nothing(cloud: Any) -> None:
    boundary = managed(cloud, "bound-nothing", policy("*"))
    sqs = session(cloud, "bound-nothing", boundary, policy("sns:*"))
    error = refused(lambda: sqs.create_queue(QueueName="bound-b"))
    assert "because no identity-based policy allows" in error["Message"]


def test_an_explicit_deny_in_a_boundary_wins(cloud: Any) -> None:
    both = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "sqs:CreateQueue", "Resource": "*"},
        ],
    }
    boundary = managed(cloud, "bound-deny", json.dumps(both))
    sqs = session(cloud, "bound-deny", boundary, policy("sqs:*"))
    error = refused(lambda: sqs.create_queue(QueueName="bound-c"))
    assert error["Message"].endswith("with an explicit deny in a permissions boundary")


def test_a_boundary_is_shown_put_and_taken_away(cloud: Any) -> None:
    iam = cloud.client("iam")
    boundary = managed(cloud, "bound-shown", policy("sns:*"), path="/limits/")
    sqs = session(cloud, "bound-shown", boundary, policy("sqs:*"))
    role = iam.get_role(RoleName="bound-shown")["Role"]
    assert role["PermissionsBoundary"] == {
        # what AWS writes here; its page of the type says "Policy"
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": boundary,
    }
    assert refused(lambda: iam.delete_policy(PolicyArn=boundary))["Code"] == "DeleteConflict"
    assert refused(sqs.list_queues)["Code"] == "AccessDenied"
    iam.delete_role_permissions_boundary(RoleName="bound-shown")
    again(cloud, role["Arn"]).list_queues()
    iam.put_role_permissions_boundary(RoleName="bound-shown", PermissionsBoundary=boundary)
    assert refused(again(cloud, role["Arn"]).list_queues)["Code"] == "AccessDenied"
    iam.delete_role_permissions_boundary(RoleName="bound-shown")
    iam.delete_policy(PolicyArn=boundary)


def test_a_boundary_that_is_no_policy_is_refused(cloud: Any) -> None:
    iam, missing = cloud.client("iam"), f"arn:aws:iam::{ACCOUNT}:policy/bound-missing"
    how = {"AssumeRolePolicyDocument": json.dumps(ASSUMABLE)}
    error = refused(lambda: iam.create_role(RoleName="bound-x", PermissionsBoundary=missing, **how))
    assert error["Code"] == "NoSuchEntity"
    assert error["Message"] == f"Scope ARN: {missing} does not exist or is not attachable."
    aws = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
    iam.create_role(RoleName="bound-y", PermissionsBoundary=aws, **how)


def test_who_makes_roles_can_be_held_to_a_boundary_and_a_path(cloud: Any) -> None:
    boundary = managed(cloud, "bound-held", policy("sqs:*"), path="/shop/")
    roles = f"arn:aws:iam::{ACCOUNT}:role/shop/*"
    rule = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": ["iam:CreateRole", "iam:PutRolePolicy"],
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}},
        },
    }
    role = cloud.client("iam").create_role(
        RoleName="bound-maker", AssumeRolePolicyDocument=json.dumps(ASSUMABLE)
    )["Role"]["Arn"]
    cloud.client("iam").put_role_policy(
        RoleName="bound-maker", PolicyName="p", PolicyDocument=json.dumps(rule)
    )
    iam = again(cloud, role, "iam")
    how = {"AssumeRolePolicyDocument": json.dumps(ASSUMABLE)}
    for name, given in (
        ("bound-1", {"Path": "/shop/"}),
        ("bound-2", {"PermissionsBoundary": boundary}),
        ("bound-3", {"Path": "/shop/", "PermissionsBoundary": boundary.replace("held", "both")}),
    ):
        error = refused(
            lambda name=name, given=given: iam.create_role(RoleName=name, **given, **how)
        )
        assert error["Code"] == "AccessDenied"
    iam.create_role(RoleName="bound-4", Path="/shop/", PermissionsBoundary=boundary, **how)
    iam.put_role_policy(RoleName="bound-4", PolicyName="p", PolicyDocument=policy("sqs:*"))
    error = refused(
        lambda: iam.put_role_policy(
            RoleName="bound-maker", PolicyName="q", PolicyDocument=policy("*")
        )
    )
    assert error["Code"] == "AccessDenied"
