"""Whether one has the rights that the course needs in an account; AWS is asked, nothing is made.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.account import AccountTarget
from orderlab.doctor.finding import Finding, bad, ok, warn
from orderlab.doctor.least_policy import (
    API_METHODS,
    BOUNDED,
    LISTED,
    POLICIES,
    ROLES,
    own_resources,
)

# one call for each kind of resource: who may make it may do the rest, by the policy that is printed
_MAKERS = {
    ":function:": "lambda:CreateFunction", ":layer:": "lambda:PublishLayerVersion",
    ":table/": "dynamodb:CreateTable", ":log-group:": "logs:CreateLogGroup",
    ":alarm:": "cloudwatch:PutMetricAlarm", ":event-bus/": "events:CreateEventBus",
    ":rule/": "events:PutRule", ":archive/": "events:CreateArchive", ":pipe/": "pipes:CreatePipe",
    ":schedule-group/": "scheduler:CreateScheduleGroup", ":schedule/": "scheduler:CreateSchedule",
    ":registry/": "schemas:CreateRegistry", ":schema/": "schemas:CreateSchema",
    ":discoverer/": "schemas:CreateDiscoverer", ":cache/": "dax:CreateCluster",
    ":dashboard/": "cloudwatch:PutDashboard", ":budget/": "budgets:ModifyBudget",
    ":sqs:": "sqs:CreateQueue", ":sns:": "sns:CreateTopic", ":s3:": "s3:CreateBucket",
}  # fmt: skip


def rights(target: AccountTarget) -> Finding:
    """Whether one may do what the policy names; AWS is asked, and nothing is made."""
    name = "rights"
    mend = "Have the policy below attached to your user or role."
    if target.who.endswith(":root"):
        return warn(name, "you are the account's root user", "Use a user or role of less rights.")
    try:
        denied = sorted({action for asked in _questions(target) for action in _denied(*asked)})
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        return warn(name, f"could not be asked about (SimulatePrincipalPolicy: {code})", mend)
    if denied:
        return bad(name, f"you may not {', '.join(denied)}", mend)
    return ok(name, f"{target.who} may do what the course needs")


Question = tuple[AccountTarget, tuple[str, ...], dict[str, Any]]


def _questions(target: AccountTarget) -> Iterator[Question]:
    """Actions, and what they are asked about: an example of what the policy names."""
    example = target.marks.name("example")
    path = f"arn:aws:iam::{target.account_id}"
    role = {"ResourceArns": [f"{path}:role{target.marks.role_path}{example}"]}
    boundary = {
        "ContextKeyName": "iam:PermissionsBoundary",
        "ContextKeyValues": [target.boundary.arn],
        "ContextKeyType": "string",
    }
    passed = {
        "ContextKeyName": "iam:PassedToService",
        "ContextKeyValues": ["lambda.amazonaws.com"],
        "ContextKeyType": "string",
    }
    yield target, LISTED, {}
    yield target, ROLES, role
    yield target, BOUNDED, {**role, "ContextEntries": [boundary]}
    yield target, ("iam:PassRole",), {**role, "ContextEntries": [passed]}
    yield target, POLICIES, {"ResourceArns": [target.boundary.arn]}
    apis = f"arn:aws:apigateway:{target.region}::/restapis/example"
    yield target, tuple(f"apigateway:{each}" for each in API_METHODS), {"ResourceArns": [apis]}
    for arn in own_resources(target):
        maker = next(maker for part, maker in _MAKERS.items() if part in arn)
        yield target, (maker,), {"ResourceArns": [re.sub(r"[*?]", "a", arn)]}


def _denied(target: AccountTarget, actions: tuple[str, ...], about: dict[str, Any]) -> list[str]:
    pages = (
        target.unmarked("iam")
        .get_paginator("simulate_principal_policy")
        .paginate(PolicySourceArn=_source(target), ActionNames=list(actions), **about)
    )
    return [
        str(each["EvalActionName"])
        for page in pages
        for each in page["EvaluationResults"]
        if each["EvalDecision"] != "allowed"
    ]


def _source(target: AccountTarget) -> str:
    """The ARN that IAM is asked about; that of a session says nothing of its role's path."""
    found = principal(target.who)
    if found == target.who:
        return found
    with contextlib.suppress(ClientError):
        role = target.unmarked("iam").get_role(RoleName=found.rpartition("/")[2])["Role"]
        return str(role["Arn"])
    return found


def principal(who: str) -> str:
    """The user or role whose policies count: a session of a role stands for its role."""
    found = re.fullmatch(r"arn:(aws[\w-]*):sts::(\d+):assumed-role/([^/]+)/.+", who)
    return f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}" if found else who
