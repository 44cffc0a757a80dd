"""What a call of IAM is about, as policies that narrow it see it: paths, and keys of the request.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Parameters
from orderlab.cloud.iam.identities import Identities

# the calls that AWS gives the boundary of the role that they change
_OF_THE_ROLE = frozenset(
    {
        "AttachRolePolicy",
        "DeleteRolePermissionsBoundary",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "PutRolePolicy",
    }
)


def request_context(operation: str, parameters: Parameters, known: Identities) -> Mapping[str, str]:
    """The context keys that begin with `iam:`."""
    found = {}
    boundary = parameters.get("PermissionsBoundary")
    if operation in _OF_THE_ROLE:
        boundary = known.boundary_arn(str(parameters.get("RoleName", "")))
    if boundary:
        found["iam:permissionsboundary"] = str(boundary)
    if parameters.get("PolicyArn"):
        found["iam:policyarn"] = str(parameters["PolicyArn"])
    return found


def with_path(resource: str, path: Any, known: Identities) -> str:
    """An ARN of IAM with the path of what it names: what is made has the request's."""
    head, _, name = resource.partition("/")
    if not name or "/" in name:
        return resource
    if isinstance(path, str):
        return f"{head}{path if path.startswith('/') else '/'}{name}"
    if head.endswith(":role"):
        role = known.role(name)
        return str(role.arn) if role else resource
    if head.endswith(":policy"):
        return known.policy_arn(name) or resource
    return resource
