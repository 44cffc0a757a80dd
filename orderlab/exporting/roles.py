"""IAM's roles that the other resources name, with their policies.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orderlab.exporting.reading import Reading
from orderlab.exporting.references import Loose
from orderlab.exporting.template import loose, picked, tag_list

_ROLE = re.compile(r"arn:aws:iam::\d{12}:role/[\w+=,.@/-]+")


def read_roles(found: Reading) -> None:
    """Add every role that a resource of the template runs as."""
    named = {
        arn for resource in found.template.resources.values() for arn in _named(resource.properties)
    }
    for arn in sorted(named):
        role = found.asked(found.client("iam").get_role, RoleName=arn.rpartition("/")[2])
        if role is None:
            found.template.left_out.append(f"The role {arn.rpartition('/')[2]}: it does not exist.")
        elif "/aws-service-role/" not in arn:
            _add(found, role["Role"])


def _named(value: Any) -> Iterator[str]:
    """ARNs of roles; in policies and variables they are only spoken of."""
    if isinstance(value, Loose):
        return
    if isinstance(value, str):
        yield from _ROLE.findall(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _named(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _named(each)


def _add(found: Reading, role: Mapping[str, Any]) -> None:
    name, iam = role["RoleName"], found.client("iam")
    policies = [
        {
            "PolicyName": policy,
            "PolicyDocument": loose(
                iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            ),
        }
        for policy in sorted(
            found.listed("iam", "list_role_policies", "PolicyNames", RoleName=name)
        )
    ]
    attached = found.listed("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    arns = sorted(each["PolicyArn"] for each in attached)
    for arn in arns:
        _add_policy(found, arn)
    properties = {
        "RoleName": name,
        "Path": role.get("Path") if role.get("Path") != "/" else None,
        **picked(role, "Description"),
        "AssumeRolePolicyDocument": loose(role["AssumeRolePolicyDocument"]),
        "Policies": policies,
        "ManagedPolicyArns": arns,
        "Tags": tag_list(role.get("Tags")),
    }
    boundary = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    if boundary:
        properties["PermissionsBoundary"] = loose(boundary)
    found.template.add("AWS::IAM::Role", found.friendly(name), properties, arn=role["Arn"])


def _add_policy(found: Reading, arn: str) -> None:
    if ":iam::aws:" in arn or arn in found.template.references.known:
        return
    iam = found.client("iam")
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    properties = {
        "ManagedPolicyName": policy["PolicyName"],
        "Path": policy.get("Path") if policy.get("Path") != "/" else None,
        **picked(policy, "Description"),
        "PolicyDocument": loose(version["PolicyVersion"]["Document"]),
    }
    name = found.friendly(policy["PolicyName"])
    found.template.add("AWS::IAM::ManagedPolicy", name, properties, arn=arn, attribute="")
