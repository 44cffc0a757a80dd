"""A learner's roles in an account have a permissions boundary, whoever makes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from orderlab.teardown.teardown import find, teardown
from tests.cloud.account_kit import account
from tests.cloud.every_kind import TRUST

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(scope="module")
def endpoint(own_cloud: Callable[..., Any]) -> Iterator[str]:
    with own_cloud(speed=10) as cloud:
        yield cloud.endpoint


def bounds(target: Any, role: str) -> str:
    found = target.unmarked("iam").get_role(RoleName=role)["Role"]
    return str(found["PermissionsBoundary"]["PermissionsBoundaryArn"])


def test_it_is_made_at_the_start_and_put_on_every_role(endpoint: str) -> None:
    target = account(endpoint, learner="anna")
    target.prepare()
    policies = target.unmarked("iam").list_policies(Scope="Local")["Policies"]
    assert [each["Arn"] for each in policies] == [target.boundary.arn]
    assert policies[0]["Path"] == "/orderlab/anna/"
    target.prepare()
    for client in (target.client("iam"), target.new_client("iam")):
        name = f"r{id(client)}"
        client.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        assert bounds(target, f"orderlab-anna-{name}") == target.boundary.arn


def test_a_role_is_bounded_also_where_the_boundary_was_taken_away(endpoint: str) -> None:
    target = account(endpoint, learner="berta")
    iam = target.client("iam")
    other = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=other)
    assert bounds(target, "orderlab-berta-r") == target.boundary.arn
    torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert torn.proven
    assert "policy orderlab-berta-boundary" in {str(each) for each in torn.found}
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    assert bounds(target, "orderlab-berta-r") == target.boundary.arn


def test_a_function_that_may_do_everything_reaches_the_learners_own_alone(endpoint: str) -> None:
    target = account(endpoint, learner="carl")
    own = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{target.account_id}:root"},
                "Action": "sts:AssumeRole",
            },
        }
    )
    iam = target.client("iam")
    role = iam.create_role(RoleName="wide", AssumeRolePolicyDocument=own)["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]})
    iam.put_role_policy(RoleName="wide", PolicyName="p", PolicyDocument=policy)
    keys = target.unmarked("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    function = account(
        endpoint,
        learner="carl",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    sqs = function.unmarked("sqs")
    sqs.create_queue(QueueName="orderlab-carl-q")
    for service, call, how in (
        ("sqs", "create_queue", {"QueueName": "orderlab-carla-q"}),
        ("iam", "list_roles", {}),
        ("lambda", "list_functions", {}),
    ):
        with pytest.raises(ClientError, match="no permissions boundary allows"):
            getattr(function.unmarked(service), call)(**how)


def test_one_that_an_administrator_made_stays(endpoint: str) -> None:
    target = account(endpoint, learner="emil")
    document = json.dumps(target.boundary.document())
    target.unmarked("iam").create_policy(
        PolicyName=target.boundary.name, Path="/orderlab/emil/", PolicyDocument=document
    )
    target.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    assert bounds(target, "orderlab-emil-r") == target.boundary.arn
    torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert [str(each) for each in torn.found] == ["role orderlab-emil-r"]
    assert find(target.unmarked, target.marks) == []
    target.unmarked("iam").get_policy(PolicyArn=target.boundary.arn)
