"""Who may do what: roles, policies, and the role that API Gateway writes its logs with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from botocore.exceptions import ClientError

from orderlab.aws_target.boundary import NAME as BOUNDARY
from orderlab.aws_target.marks import Marks
from orderlab.teardown.found import Client, Found, Kind, pages, tags_of


def _roles(client: Client, marks: Marks) -> Iterator[Found]:
    for each in pages(client("iam"), "list_roles", "Roles", PathPrefix=marks.role_path):
        # nobody else has this path
        yield Found("role", each["RoleName"], each["RoleName"], marks.owner)


def _policies(client: Client, marks: Marks) -> Iterator[Found]:
    iam = client("iam")
    listing = {"Scope": "Local", "PathPrefix": marks.role_path}
    for each in pages(iam, "list_policies", "Policies", **listing):
        name, tags = each["PolicyName"], marks.owner
        if name == marks.name(BOUNDARY):
            # an administrator may have made it, so that the learner can't
            found = tags_of(iam.list_policy_tags, "Tags", PolicyArn=each["Arn"])
            tags = tags if found is None else dict(found)
        yield Found("policy", name, each["Arn"], tags)


def _gateway_role(client: Client, marks: Marks) -> Iterator[Found]:
    """API Gateway keeps one such role for the whole account and Region."""
    role = client("apigateway").get_account().get("cloudwatchRoleArn") or ""
    if f":role{marks.role_path}" in role:
        yield Found("log role of API Gateway", role.rpartition("/")[2], role, marks.owner)


def _delete_role(client: Client, found: Found) -> None:
    iam, role = client("iam"), found.key
    for name in list(pages(iam, "list_role_policies", "PolicyNames", RoleName=role)):
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    attached = pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=role)
    for each in list(attached):
        iam.detach_role_policy(RoleName=role, PolicyArn=each["PolicyArn"])
    with contextlib.suppress(ClientError):
        for each in list(pages(iam, "list_instance_profiles_for_role", "InstanceProfiles",
                               RoleName=role)):  # fmt: skip
            iam.remove_role_from_instance_profile(
                InstanceProfileName=each["InstanceProfileName"], RoleName=role
            )
    iam.delete_role(RoleName=role)


def _delete_policy(client: Client, found: Found) -> None:
    iam, arn = client("iam"), found.key
    for each in list(pages(iam, "list_policy_versions", "Versions", PolicyArn=arn)):
        if not each["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=each["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def _forget_role(client: Client, _: Found) -> None:
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}
    client("apigateway").update_account(patchOperations=[change])


GATEWAY_ROLE = Kind("log role of API Gateway", _gateway_role, _forget_role)
# last: what is deleted before them may still need them
RIGHTS_KINDS = (
    Kind("role", _roles, _delete_role),
    Kind("policy", _policies, _delete_policy),
)
