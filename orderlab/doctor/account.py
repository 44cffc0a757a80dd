"""The rights that the course needs in an account, and whether one has them.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.account import AccountTarget
from orderlab.doctor.finding import Finding, bad, ok, warn

# by service: what may be done to resources with the learner's prefix alone
OWN = {
    "lambda": "function:{prefix}*",
    "sqs": "{prefix}*",
    "sns": "{prefix}*",
    "dynamodb": "table/{prefix}*",
    "logs": "log-group:*{prefix}*",
    "cloudwatch": "alarm:{prefix}*",
}
# what AWS lets nobody narrow to a name
LISTED = (
    "apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT",
    "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricStatistics", "dax:DescribeClusters",
    "dynamodb:ListStreams", "dynamodb:ListTables", "events:ListEventBuses", "events:ListRules",
    "iam:ListRoles", "lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping",
    "lambda:GetEventSourceMapping", "lambda:ListEventSourceMappings", "lambda:ListFunctions",
    "lambda:ListLayers", "lambda:UpdateEventSourceMapping", "logs:DescribeLogGroups",
    "pipes:ListPipes", "scheduler:ListSchedules", "sns:ListSubscriptions", "sns:ListTopics",
    "sns:Unsubscribe", "sqs:ListQueues", "sts:GetCallerIdentity",
)  # fmt: skip
ROLES = (
    "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies", "iam:PassRole", "iam:PutRolePolicy", "iam:TagRole",
    "iam:UpdateAssumeRolePolicy",
)  # fmt: skip


def policy(target: AccountTarget) -> dict[str, Any]:
    """The policy of a learner: all in resources of the learner's prefix, listings besides."""
    place = f"{target.region}:{target.account_id}"
    prefix = target.marks.prefix
    own = [f"arn:aws:{s}:{place}:{what.format(prefix=prefix)}" for s, what in OWN.items()]
    layers = [f"arn:aws:lambda:{place}:layer:{prefix}*"]
    roles = f"arn:aws:iam::{target.account_id}:role{target.marks.role_path}*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("OwnResources", [f"{service}:*" for service in OWN], [*own, *layers]),
            _allow("OwnRoles", list(ROLES), [roles]),
            _allow("WithoutNames", list(LISTED), ["*"]),
        ],
    }


def _allow(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}


def rights(target: AccountTarget) -> Finding:
    """Whether one may do what the policy names; AWS is asked, and nothing is made."""
    name = "rights"
    mend = "Have the policy below attached to your user or role."
    if target.who.endswith(":root"):
        return warn(name, "you are the account's root user", "Use a user or role of less rights.")
    try:
        denied = _denied(target, [*LISTED]) + _denied(target, [*ROLES])
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        return warn(name, f"could not be asked about (SimulatePrincipalPolicy: {code})", mend)
    if denied:
        return bad(name, f"you may not {', '.join(sorted(denied))}", mend)
    return ok(name, f"{target.who} may do what the course needs of listings and roles")


def _denied(target: AccountTarget, actions: list[str]) -> list[str]:
    pages = (
        target.unmarked("iam")
        .get_paginator("simulate_principal_policy")
        .paginate(PolicySourceArn=principal(target.who), ActionNames=actions)
    )
    return [
        str(each["EvalActionName"])
        for page in pages
        for each in page["EvaluationResults"]
        if each["EvalDecision"] != "allowed"
    ]


def principal(who: str) -> str:
    """The user or role whose policies count: a session of a role stands for its role."""
    found = re.fullmatch(r"arn:(aws[\w-]*):sts::(\d+):assumed-role/([^/]+)/.+", who)
    return f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}" if found else who
