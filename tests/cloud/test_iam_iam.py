"""IAM and STS: documents that are refused, and who may assume a role.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.test_iam_roles import ACCOUNT, policy, refused, session_client


def trust(principal: Any, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


LAMBDA = {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        "{}",
        trust({"Service": "lambda"}),
        trust({"AWS": "someone"}),
        trust({"Who": "*"}),
        trust(LAMBDA, Resource="*"),
        trust(LAMBDA, Action="s3:GetObject"),
        trust(LAMBDA, Effect="Maybe"),
        json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                    "Action": "sts:AssumeRole"}]}),
    ],
)  # fmt: skip
def test_a_trust_policy_that_is_not_in_order_is_refused(client: Any, document: str) -> None:
    error = refused(
        lambda: client("iam").create_role(RoleName="bad-role", AssumeRolePolicyDocument=document)
    )
    assert error["Error"]["Code"] == "MalformedPolicyDocument"


@pytest.mark.parametrize(
    "document",
    [
        "{",
        json.dumps({"Version": "2012-10-17"}),
        policy("PutItem"),
        policy("dynamodb:PutItem", "orders"),
        policy([], "*"),
        policy("dynamodb:PutItem", []),
        json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:b",
                    "Resource": "*", "Principal": "*"}]}),
        json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:b",
                    "Resource": "*", "Condition": {"StringMatches": {"a": "b"}}}]}),
    ],
)  # fmt: skip
def test_an_identity_policy_that_is_not_in_order_is_refused(client: Any, document: str) -> None:
    iam = client("iam")
    try:
        iam.create_role(RoleName="iam-strict", AssumeRolePolicyDocument=trust(LAMBDA))
    except ClientError as stood:
        assert stood.response["Error"]["Code"] == "EntityAlreadyExists"
    error = refused(
        lambda: iam.put_role_policy(RoleName="iam-strict", PolicyName="p", PolicyDocument=document)
    )
    assert error["Error"]["Code"] == "MalformedPolicyDocument"


def test_what_is_not_there_has_iams_own_error(client: Any) -> None:
    iam = client("iam")
    calls: dict[str, Callable[[], Any]] = {
        "The role with name iam-none cannot be found.": lambda: iam.get_role(RoleName="iam-none"),
        "The user with name iam-none cannot be found.": lambda: iam.get_user(UserName="iam-none"),
        "Policy arn:aws:iam::aws:policy/None does not exist or is not attachable.": (
            lambda: iam.attach_user_policy(
                UserName="iam-none", PolicyArn="arn:aws:iam::aws:policy/None"
            )
        ),
    }
    iam_message = {text: refused(call)["Error"] for text, call in calls.items()}
    assert {error["Code"] for error in iam_message.values()} == {"NoSuchEntity"}
    assert iam_message["The role with name iam-none cannot be found."]["Message"] in calls


def test_what_would_not_be_enforced_is_refused(client: Any) -> None:
    iam = client("iam")
    boundary = "arn:aws:iam::aws:policy/AdministratorAccess"
    by_tag = {"StringEquals": {"aws:PrincipalTag/team": "a"}}
    for call in (
        lambda: iam.create_user(UserName="iam-bounded", PermissionsBoundary=boundary),
        lambda: iam.put_user_permissions_boundary(UserName="x", PermissionsBoundary=boundary),
        lambda: iam.create_role(
            RoleName="iam-tagged", AssumeRolePolicyDocument=trust(LAMBDA, Condition=by_tag)
        ),
    ):
        error = refused(call)
        assert error["Error"]["Code"] == "NotImplementedByOrderlab"
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_only_who_is_trusted_may_assume_a_role(client: Any) -> None:
    iam, sts = client("iam"), client("sts")
    arn = iam.create_role(RoleName="iam-lambda-only", AssumeRolePolicyDocument=trust(LAMBDA))
    arn = arn["Role"]["Arn"]
    error = refused(lambda: sts.assume_role(RoleArn=arn, RoleSessionName="me"))["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"].startswith(
        f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: sts:AssumeRole on "
        f"resource: {arn}"
    )
    iam.update_assume_role_policy(
        RoleName="iam-lambda-only", PolicyDocument=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    )
    assert sts.assume_role(RoleArn=arn, RoleSessionName="me")["AssumedRoleUser"]["Arn"] == (
        f"arn:aws:sts::{ACCOUNT}:assumed-role/iam-lambda-only/me"
    )
    missing = arn + "-none"
    assert (
        refused(lambda: sts.assume_role(RoleArn=missing, RoleSessionName="me"))["Error"]["Code"]
        == "AccessDenied"
    )


def test_an_external_id_has_to_be_the_agreed_one(client: Any) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "secret"}}
    arn = client("iam").create_role(
        RoleName="iam-external",
        AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}, Condition=condition),
    )["Role"]["Arn"]
    sts = client("sts")
    sts.assume_role(RoleArn=arn, RoleSessionName="me", ExternalId="secret")
    wrong: tuple[dict[str, str], ...] = ({}, {"ExternalId": "guess"})
    for each in wrong:
        error = refused(partial(sts.assume_role, RoleArn=arn, RoleSessionName="me", **each))
        assert error["Error"]["Code"] == "AccessDenied"


def test_a_role_needs_leave_to_assume_another_that_trusts_the_account(
    cloud: Any, client: Any
) -> None:
    iam, sts = client("iam"), client("sts")
    for name in ("iam-first", "iam-second"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))
    first, second = (f"arn:aws:iam::{ACCOUNT}:role/iam-{n}" for n in ("first", "second"))
    keys = sts.assume_role(RoleArn=first, RoleSessionName="chain")["Credentials"]
    inside = session_client(cloud, "sts", keys)
    error = refused(lambda: inside.assume_role(RoleArn=second, RoleSessionName="next"))
    assert error["Error"]["Code"] == "AccessDenied"
    iam.put_role_policy(
        RoleName="iam-first", PolicyName="p", PolicyDocument=policy("sts:AssumeRole", second)
    )
    inside.assume_role(RoleArn=second, RoleSessionName="next")
    error = refused(
        lambda: inside.assume_role(RoleArn=second, RoleSessionName="n2", DurationSeconds=7200)
    )
    assert error["Error"]["Code"] == "ValidationError"


@pytest.mark.parametrize(
    "given",
    [{"RoleSessionName": "has space"}, {"DurationSeconds": 900_000}, {"RoleArn": "no-arn-" * 4}],
)
def test_parameters_of_a_session_are_checked(client: Any, given: dict[str, Any]) -> None:
    iam = client("iam")
    try:
        iam.create_role(RoleName="iam-checked", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))
    except ClientError as stood:
        assert stood.response["Error"]["Code"] == "EntityAlreadyExists"
    good = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/iam-checked", "RoleSessionName": "ok"}
    error = refused(lambda: client("sts").assume_role(**{**good, **given}))
    assert error["Error"]["Code"] == "ValidationError"


def test_a_session_of_the_account_has_the_accounts_rights(cloud: Any, client: Any) -> None:
    keys = client("sts").get_session_token()["Credentials"]
    assert session_client(cloud, "dynamodb", keys).list_tables()["TableNames"] is not None
    wrong = {**keys, "SessionToken": "another"}
    error = refused(lambda: session_client(cloud, "dynamodb", wrong).list_tables())
    assert error["Error"]["Code"] == "UnrecognizedClientException"


def test_the_policies_that_aws_manages_are_listed_beside_ones_own(client: Any) -> None:
    iam = client("iam")
    iam.create_policy(PolicyName="iam-listed", PolicyDocument=policy("sqs:*"))
    own = iam.get_paginator("list_policies").paginate(Scope="Local")
    assert "iam-listed" in {each["PolicyName"] for page in own for each in page["Policies"]}
    pages = iam.get_paginator("list_policies").paginate(
        Scope="AWS", PaginationConfig={"PageSize": 1000}
    )
    managed = [policy for page in pages for policy in page["Policies"]]
    assert "AmazonSQSFullAccess" in {each["PolicyName"] for each in managed}
    assert all(each["Arn"].startswith("arn:aws:iam::aws:policy/") for each in managed)


def actions(count: int) -> str:
    """A policy of about 64 bytes an action."""
    named = [f"sqs:{'a' * 50}{n:05}" for n in range(count)]
    return policy(named, "*")


@pytest.fixture(scope="module")
def owners(client: Any) -> str:
    """A role, a user and a group of one name."""
    iam = client("iam")
    iam.create_role(RoleName="quotas", AssumeRolePolicyDocument=trust(LAMBDA))
    iam.create_user(UserName="quotas")
    iam.create_group(GroupName="quotas")
    return "quotas"


@pytest.mark.parametrize(("kind", "most"), [("role", 10_240), ("user", 2_048), ("group", 5_120)])
def test_inline_policies_have_a_size_together(
    client: Any, owners: str, kind: str, most: int
) -> None:
    put = getattr(client("iam"), f"put_{kind}_policy")
    name = {f"{kind.capitalize()}Name": owners}
    half = actions(most // 2 // 64)
    put(PolicyName="one", PolicyDocument=half, **name)
    put(PolicyName="one", PolicyDocument=half, **name)
    with pytest.raises(ClientError) as caught:
        put(PolicyName="two", PolicyDocument=actions(most // 64), **name)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert caught.value.response["Error"]["Code"] == "LimitExceeded"
    assert caught.value.response["Error"]["Message"] == (
        f"Maximum policy size of {most} bytes exceeded for {kind} {owners}"
    )


def test_managed_and_trust_policies_have_a_size(client: Any, owners: str) -> None:
    iam = client("iam")
    with pytest.raises(ClientError, match="Cannot exceed quota for PolicySize: 6144"):
        iam.create_policy(PolicyName="large", PolicyDocument=actions(100))
    spaced = json.dumps(json.loads(policy("sqs:SendMessage", "*")), indent=2_000)
    iam.create_policy(PolicyName="spaced", PolicyDocument=spaced)
    large = trust({"Service": [f"{'a' * 50}{n}.amazonaws.com" for n in range(40)]})
    with pytest.raises(ClientError, match="Cannot exceed quota for ACLSizePerRole: 2048"):
        iam.update_assume_role_policy(RoleName=owners, PolicyDocument=large)
    with pytest.raises(ClientError, match="length less than or equal to 131072"):
        iam.create_policy(PolicyName="huge", PolicyDocument=actions(3_000))


@pytest.mark.parametrize(
    "opening", ['{"a":', "[", '{"Version": "2012-10-17", "Statement": [{"Effect":']
)
def test_a_document_of_any_depth_is_malformed(client: Any, owners: str, opening: str) -> None:
    document = opening * (2_000 // len(opening))
    for call in (
        lambda: client("iam").create_policy(PolicyName="deep", PolicyDocument=document),
        lambda: client("iam").put_role_policy(
            RoleName=owners, PolicyName="deep", PolicyDocument=document
        ),
        lambda: client("iam").update_assume_role_policy(RoleName=owners, PolicyDocument=document),
    ):
        assert refused(call)["Error"]["Code"] == "MalformedPolicyDocument"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ({"Sid": "with space"}, "Statement IDs (SID) must be alpha-numeric."),
        ({"Condition": {"StringIs": {"a": "b"}}}, "Invalid Condition type : StringIs"),
        ({"Condition": {"ForSome:StringEquals": {"a": "b"}}}, "Invalid Condition type : ForSome"),
    ],
)
def test_what_is_wrong_with_a_statement_is_said(
    client: Any, owners: str, statement: Any, text: str
) -> None:
    whole = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", **statement}
    document = json.dumps({"Version": "2012-10-17", "Statement": [whole]})
    with pytest.raises(ClientError) as caught:
        client("iam").put_role_policy(RoleName=owners, PolicyName="bad", PolicyDocument=document)
    assert caught.value.response["Error"]["Message"].startswith(text)


def test_a_condition_that_compares_nothing_may_have_any_name(client: Any, owners: str) -> None:
    whole = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*", "Condition": {"any": {}}}
    document = json.dumps({"Version": "2012-10-17", "Statement": whole})
    client("iam").put_role_policy(RoleName=owners, PolicyName="empty", PolicyDocument=document)


def test_ten_policies_may_be_attached(client: Any) -> None:
    iam = client("iam")
    iam.create_role(RoleName="attached", AssumeRolePolicyDocument=trust(LAMBDA))
    arns = [
        iam.create_policy(PolicyName=f"attached-{n}", PolicyDocument=policy("sqs:*", "*"))[
            "Policy"
        ]["Arn"]
        for n in range(11)
    ]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName="attached", PolicyArn=arn)
    iam.attach_role_policy(RoleName="attached", PolicyArn=arns[0])
    with pytest.raises(ClientError, match="Cannot exceed quota for PoliciesPerRole: 10"):
        iam.attach_role_policy(RoleName="attached", PolicyArn=arns[10])
    with pytest.raises(ClientError, match="Invalid ARN") as caught:
        iam.attach_role_policy(RoleName="attached", PolicyArn="SomePolicyWithoutAnArn")
    assert caught.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.parametrize(
    ("arn", "name", "text"),
    [
        ("x", "session", "at 'roleArn' failed to satisfy constraint: Member must have length"),
        ("nothing-valid-in-here", "session", "nothing-valid-in-here is invalid"),
        (f"arn:aws:iam::{ACCOUNT}:role/any", "a:b", "at 'roleSessionName' failed to satisfy"),
        (f"arn:aws:iam::{ACCOUNT}:role/any", "a", "length greater than or equal to 2"),
    ],
)
def test_what_is_no_role_or_session_is_said(cloud: Any, arn: str, name: str, text: str) -> None:
    sts = cloud.client("sts", parameter_validation=False)
    with pytest.raises(ClientError) as caught:
        sts.assume_role(RoleArn=arn, RoleSessionName=name)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert text in caught.value.response["Error"]["Message"]
