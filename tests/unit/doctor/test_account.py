"""The policy that an account needs is narrow, and AWS's answers are read right."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.marks import Marks
from orderlab.doctor.account import _questions, principal, rights
from orderlab.doctor.least_policy import policy


class Account(AccountTarget):
    """An account that nobody is asked about."""

    def __init__(self) -> None:
        self.marks, self.region, self.account_id = Marks("anna"), "us-east-1", "123456789012"
        self.who = "arn:aws:iam::123456789012:user/anna"
        self.iam: Any = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
        ).client("iam", endpoint_url="http://127.0.0.1:9")

    def unmarked(self, service: str) -> Any:
        return self.iam


def test_only_listings_are_allowed_on_everything() -> None:
    everywhere = [each for each in policy(Account())["Statement"] if each["Resource"] == ["*"]]
    assert [each["Sid"] for each in everywhere] == ["WithoutNames"]
    assert not [action for action in everywhere[0]["Action"] if "*" in action]
    roles = [each for each in policy(Account())["Statement"] if each["Sid"].endswith("Roles")]
    assert [each["Sid"] for each in roles] == ["OwnRoles", "BoundedRoles", "PassedRoles"]
    for each in roles:
        assert each["Resource"][0] == "arn:aws:iam::123456789012:role/orderlab/anna/*"
        assert each["Sid"] == "OwnRoles" or len(each["Resource"]) == 1


def test_a_role_can_be_given_nothing_without_the_boundary() -> None:
    boundary = "arn:aws:iam::123456789012:policy/orderlab/anna/orderlab-anna-boundary"
    giving = {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"}
    for each in policy(Account())["Statement"]:
        if giving & set(each["Action"]):
            assert each["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    actions = {action for each in policy(Account())["Statement"] for action in each["Action"]}
    assert not actions & {
        "iam:*", "*", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion",
        "iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", "iam:CreateUser",
    }  # fmt: skip


def test_the_policy_and_the_boundary_fit_into_a_managed_policy() -> None:
    account = Account()
    account.marks, account.region = Marks("abcdefghijkl"), "ap-southeast-2"
    for document in (policy(account), account.boundary.document()):
        assert len(json.dumps(document, separators=(",", ":"))) <= 6_144


@pytest.mark.parametrize(("denied", "level"), [("", "ok"), ("iam:PassRole", "bad")])
def test_what_may_not_be_done_is_named(denied: str, level: str) -> None:
    account = Account()
    with Stubber(account.iam) as stub:
        for _, actions, _ in _questions(account):
            results = [
                {
                    "EvalActionName": action,
                    "EvalDecision": "implicitDeny" if action == denied else "allowed",
                }
                for action in actions
            ]
            stub.add_response("simulate_principal_policy", {"EvaluationResults": results})
        found = rights(account)
    assert found.level == level
    assert denied in found.found


def test_who_may_not_ask_is_told_so() -> None:
    account = Account()
    with Stubber(account.iam) as stub:
        stub.add_client_error("simulate_principal_policy", "AccessDenied")
        assert rights(account).level == "warn"


def test_a_session_stands_for_its_role() -> None:
    who = "arn:aws:sts::123456789012:assumed-role/Learner/anna"
    assert principal(who) == "arn:aws:iam::123456789012:role/Learner"
    assert principal("arn:aws:iam::1:user/a") == "arn:aws:iam::1:user/a"
