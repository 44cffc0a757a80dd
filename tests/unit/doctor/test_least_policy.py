"""Every call that the course and its teardown make is named in the least policy."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name

from orderlab.cloud.iam.actions import _PREFIXES, _RENAMED
from orderlab.doctor.least_policy import API_METHODS, policy
from tests.unit.doctor.test_account import Account

ROOT = Path(__file__).parents[3]
# the cloud makes no calls
LEFT_OUT = ("orderlab/cloud/",)
SERVICES = ("apigateway", "budgets", "cloudwatch", "dax", "dynamodb", "dynamodbstreams", "events",
            "iam", "lambda", "logs", "pipes", "s3", "scheduler", "schemas", "sns", "sqs",
            "xray")  # fmt: skip
# names of calls that several services have, and of methods of others, by the service that is meant
NOT_MEANT = {
    "events:CreateConnection", "events:RemovePermission",  # socket's; Lambda's, SNS's and SQS's
    "logs:GetIntegration", "logs:PutIntegration",  # API Gateway's
    "xray:ListTagsForResource",
    # roles of the course are in none, and the teardown goes on without it
    "iam:RemoveRoleFromInstanceProfile",
}  # fmt: skip
OTHER_ACTIONS = {
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketTagging": "s3:PutBucketTagging",
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:DeleteBudget": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeBudgets": "budgets:ViewBudget",
}


@cache
def called() -> tuple[str, ...]:
    """The names of all calls of boto3, paginators' and waiters' included."""
    found = set[str]()
    for part in ("orderlab", "solutions"):
        for path in (ROOT / part).rglob("*.py"):
            if not path.relative_to(ROOT).as_posix().startswith(LEFT_OUT):
                text = path.read_text(encoding="utf-8")
                found |= set(re.findall(r"\.([a-z_0-9]+)\b", text))
                # listings by name, as the teardown has them
                found |= set(re.findall(r"\"((?:get|list|describe|simulate)_[a-z_0-9]+)\"", text))
    return tuple(sorted(found))


@cache
def actions() -> set[str]:
    """The IAM actions of these calls."""
    session = boto3.Session(region_name="us-east-1")._session
    names = set(called())
    found = set[str]()
    for service in SERVICES:
        for operation in session.get_service_model(service).operation_names:
            if xform_name(operation) in names:
                prefix = _PREFIXES.get(service, service)
                action = f"{prefix}:{_RENAMED.get((service, operation), operation)}"
                found.add(OTHER_ACTIONS.get(action, action))
    return found - NOT_MEANT


def document() -> dict[str, Any]:
    return policy(Account())


def allowed() -> list[str]:
    return [action for each in document()["Statement"] for action in each["Action"]]


def test_the_calls_are_found() -> None:
    assert {"lambda:CreateFunction", "dax:DescribeSubnetGroups", "s3:ListBucketVersions",
            "budgets:ViewBudget", "iam:ListPolicyTags", "xray:GetTraceSummaries",
            "pipes:CreatePipe", "scheduler:ListScheduleGroups"} <= actions()  # fmt: skip


def test_every_call_is_named() -> None:
    patterns = allowed()
    missing = {
        action
        for action in actions()
        if not action.startswith("apigateway:")
        and not any(fnmatchcase(action, pattern) for pattern in patterns)
    }
    assert missing == set()


def test_api_gateway_has_its_methods() -> None:
    assert {f"apigateway:{each}" for each in API_METHODS} <= set(allowed())


@pytest.mark.parametrize("service", ["pipes", "scheduler", "schemas", "events", "dax"])
def test_a_listing_is_allowed_on_everything(service: str) -> None:
    """AWS asks about listings without a resource, so that a prefix would allow none."""
    everywhere = next(
        each["Action"] for each in document()["Statement"] if each["Resource"] == ["*"]
    )
    model = boto3.Session(region_name="us-east-1")._session.get_service_model(service)
    shape_names = {"Name", "RegistryName", "ResourceArn", "ResourceARN", "resourceArn", "Rule",
                   "ResourceName", "DiscovererId", "ArchiveName"}  # fmt: skip
    for operation in model.operation_names:
        action = f"{service}:{operation}"
        if action in actions() and operation.startswith(("List", "Describe")):
            shape = model.operation_model(operation).input_shape
            if shape is None or not set(shape.members) & shape_names:
                assert action in everywhere
