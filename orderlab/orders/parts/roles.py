"""Roles: who a function, or the API, is, and the little that it may do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import TAG_LIST, arn, ignoring, log_group, role_arn

Statement = dict[str, Any]
POLICY_NAME = "least-privilege"


def allow(actions: str | Sequence[str], resource: str | Sequence[str]) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def may_log(target: Target, function: str) -> Statement:
    """Write to the function's own log group, which exists already, and to no other."""
    group = arn(target, "logs", f"log-group:{log_group(target, function)}:*")
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], group)


def ensure_role(target: Target, name: str, service: str, statements: Sequence[Statement]) -> str:
    """A role that `service` may assume, with exactly these statements. Returns its ARN."""
    iam = target.client("iam")
    trust = json.dumps(
        _policy(
            [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": service},
                    "Action": "sts:AssumeRole",
                }
            ]
        )
    )
    role = target.name(name)
    try:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust, Tags=TAG_LIST)
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=trust)
    iam.put_role_policy(
        RoleName=role, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(_policy(statements))
    )
    return role_arn(target, name)


def remove_role(target: Target, name: str) -> None:
    iam = target.client("iam")
    role = target.name(name)
    with ignoring("NoSuchEntity"):
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=role, PolicyName=policy)
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=role, PolicyArn=attached["PolicyArn"])
        iam.delete_role(RoleName=role)


def _policy(statements: Sequence[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
