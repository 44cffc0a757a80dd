"""What a role's permissions policies allow, read as IAM reads them, as far as this chapter goes."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.engine import Workspace


def role_of(workspace: Workspace, function: str) -> str:
    """The name of a function's execution role."""
    found = workspace.client("lambda").get_function_configuration(
        FunctionName=workspace.name(function)
    )
    return str(found["Role"].rpartition("/")[2])


def statements_of(workspace: Workspace, role: str) -> list[dict[str, Any]]:
    """Every statement of a role's inline and attached policies."""
    iam = workspace.client("iam")
    found: list[dict[str, Any]] = []
    try:
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            found += _statements(document)
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            found += _statements(document["Document"])
    except ClientError:
        return found
    return found


def allows(statements: list[dict[str, Any]], action: str, resource: str) -> bool:
    """Whether some statement allows the action on the resource, and none denies it."""
    effects = {s["Effect"] for s in statements if _matches(s, action, resource)}
    return "Allow" in effects and "Deny" not in effects


def _statements(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, str):
        document = json.loads(document)
    found = document.get("Statement", [])
    return [found] if isinstance(found, dict) else list(found)


def _matches(statement: dict[str, Any], action: str, resource: str) -> bool:
    if "NotAction" in statement:
        acts = not _any(statement["NotAction"], action.lower(), lower=True)
    else:
        acts = _any(statement.get("Action", []), action.lower(), lower=True)
    if "NotResource" in statement:
        return acts and not _any(statement["NotResource"], resource)
    return acts and _any(statement.get("Resource", []), resource)


def listed(value: Any) -> list[str]:
    """What a policy gives as one text or as a list, as a list."""
    return [value] if isinstance(value, str) else list(value)


def _any(patterns: Any, value: str, *, lower: bool = False) -> bool:
    return any(fnmatchcase(value, p.lower() if lower else p) for p in listed(patterns))
