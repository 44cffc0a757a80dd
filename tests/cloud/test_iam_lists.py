"""IAM's lists: their pages, and those of the caller's own things.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
"""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def iam(cloud: Any) -> Any:
    return cloud.client("iam", parameter_validation=False)


def document(effect: str) -> str:
    statement = {"Effect": effect, "Action": "*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def error(call: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    found = caught.value.response["Error"]
    return found["Code"], found["Message"]


def test_what_is_deleted_between_two_pages_makes_none_be_passed_over(iam: Any) -> None:
    path = f"/{uuid.uuid4().hex[:8]}/"
    names = [f"{path[1:-1]}-{i}" for i in range(5)]
    for name in names:
        iam.create_user(UserName=name, Path=path)
    seen = []
    for page in iam.get_paginator("list_users").paginate(
        PathPrefix=path, PaginationConfig={"PageSize": 2}
    ):
        for user in page["Users"]:
            seen.append(user["UserName"])
            iam.delete_user(UserName=user["UserName"])
    assert seen == names


def test_a_page_has_from_one_to_a_thousand_rows(iam: Any) -> None:
    for size, bound in ((0, "greater than or equal to 1"), (1001, "less than or equal to 1000")):
        assert error(lambda size=size: iam.list_groups(MaxItems=size)) == (
            "ValidationError",
            f"1 validation error detected: Value '{size}' at 'maxItems' failed to satisfy "
            f"constraint: Member must have value {bound}",
        )


def test_a_marker_comes_from_the_page_before(iam: Any) -> None:
    for marker in ("nonsense", "WzFlOTk5LCAxLCAieCJd", "W10="):
        assert error(partial(iam.list_roles, Marker=marker))[0] == "ValidationError"


def test_the_versions_of_a_policy_come_with_the_newest_first(iam: Any) -> None:
    name = f"p{uuid.uuid4().hex[:8]}"
    arn = iam.create_policy(PolicyName=name, PolicyDocument=document("Deny"))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document("Deny"))
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [each["VersionId"] for each in versions] == ["v2", "v1"]


def test_without_a_name_the_callers_own_keys_are_meant(iam: Any, cloud: Any) -> None:
    assert iam.list_access_keys()["AccessKeyMetadata"] == []
    assert iam.list_mfa_devices()["MFADevices"] == []
    name = f"u{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document("Allow"))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = replace(cloud, access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])
    found = own.client("iam").list_access_keys()["AccessKeyMetadata"]
    assert [(each["UserName"], each["AccessKeyId"]) for each in found] == [
        (name, key["AccessKeyId"])
    ]


def test_the_details_of_the_account_name_its_policies(iam: Any) -> None:
    made = iam.create_policy(PolicyName=f"p{uuid.uuid4().hex[:8]}", PolicyDocument=document("Deny"))
    details = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])["Policies"]
    found = {each["PolicyName"]: each["PolicyId"] for each in details}
    assert found[made["Policy"]["PolicyName"]] == made["Policy"]["PolicyId"]
