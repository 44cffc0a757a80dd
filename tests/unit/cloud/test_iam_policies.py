"""Policies: what they say about a caller, an action and a resource."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.contracts import Principal
from orderlab.cloud.iam.conditions import read_conditions
from orderlab.cloud.iam.contexts import context_of
from orderlab.cloud.iam.documents import parse_document, read_document
from orderlab.cloud.iam.evaluation import Decision, Question, by_identity, by_resource
from orderlab.cloud.iam.managed_policies import managed_policy
from orderlab.cloud.iam.patterns import matches
from orderlab.cloud.iam.trust import trusts

ACCOUNT = "123456789012"
ROLE = Principal("role", f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/session", ACCOUNT, "worker")
ROOT = Principal("account", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:events"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:inbox"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"


def service(name: str) -> Principal:
    return Principal("service", f"{name}.amazonaws.com", ACCOUNT)


def question(
    principal: Principal, action: str, resource: str, source_arn: str | None = None
) -> Question:
    return Question(
        principal, action, resource, context_of(principal, source_arn, "us-east-1", time.time())
    )


def identity(statement: dict[str, Any], action: str, resource: str) -> Decision:
    document = parse_document({"Statement": [statement]})
    return by_identity([document], question(ROLE, action, resource)).decision


def resource(
    statement: dict[str, Any],
    principal: Principal,
    *,
    action: str = "sqs:SendMessage",
    source_arn: str | None = None,
) -> Decision:
    document = parse_document({"Statement": [{"Action": "sqs:*", "Resource": QUEUE, **statement}]})
    return by_resource(document, question(principal, action, QUEUE, source_arn)).decision


@pytest.mark.parametrize(
    ("action", "wanted", "expected"),
    [
        ("dynamodb:PutItem", "dynamodb:PutItem", Decision.ALLOW),
        ("dynamodb:*", "dynamodb:PutItem", Decision.ALLOW),
        ("dynamodb:Put*", "dynamodb:PutItem", Decision.ALLOW),
        ("DynamoDB:putitem", "dynamodb:PutItem", Decision.ALLOW),
        ("*", "dynamodb:PutItem", Decision.ALLOW),
        ("dynamodb:Get?tem", "dynamodb:GetItem", Decision.ALLOW),
        ("dynamodb:Get*", "dynamodb:PutItem", Decision.NOTHING),
        ("sqs:*", "dynamodb:PutItem", Decision.NOTHING),
    ],
)
def test_actions_match_with_wildcards_and_in_any_case(
    action: str, wanted: str, expected: Decision
) -> None:
    assert identity({"Effect": "Allow", "Action": action, "Resource": "*"}, wanted, TABLE) is (
        expected
    )


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (TABLE, Decision.ALLOW),
        (f"{TABLE}*", Decision.ALLOW),
        ("arn:aws:dynamodb:*:*:table/orders", Decision.ALLOW),
        (f"{TABLE}/index/*", Decision.NOTHING),
        (TABLE.upper(), Decision.NOTHING),
    ],
)
def test_resources_match_exactly_but_for_wildcards(pattern: str, expected: Decision) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": [pattern]}
    assert identity(statement, "dynamodb:PutItem", TABLE) is expected


def test_everything_but_an_action_or_a_resource() -> None:
    but_delete = {"Effect": "Allow", "NotAction": "dynamodb:Delete*", "Resource": "*"}
    assert identity(but_delete, "dynamodb:PutItem", TABLE) is Decision.ALLOW
    assert identity(but_delete, "dynamodb:DeleteItem", TABLE) is Decision.NOTHING
    but_orders = {"Effect": "Allow", "Action": "*", "NotResource": TABLE}
    assert identity(but_orders, "dynamodb:PutItem", TABLE) is Decision.NOTHING
    assert identity(but_orders, "dynamodb:PutItem", f"{TABLE}2") is Decision.ALLOW


def test_an_explicit_deny_wins_wherever_it_stands() -> None:
    allow = parse_document({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    deny = parse_document(
        {"Statement": {"Effect": "Deny", "Action": "dynamodb:Put*", "Resource": "*"}}
    )
    for documents in ([allow, deny], [deny, allow]):
        asked = question(ROLE, "dynamodb:PutItem", TABLE)
        assert by_identity(documents, asked).decision is Decision.DENY


def test_a_policy_variable_stands_for_the_caller() -> None:
    user = Principal("user", f"arn:aws:iam::{ACCOUNT}:user/ann", ACCOUNT)
    document = parse_document(
        {
            "Statement": {
                "Effect": "Allow",
                "Action": "*",
                "Resource": "arn:aws:sqs:*:*:${aws:username}-*",
            }
        }
    )
    own = question(user, "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:ann-inbox")
    other = question(user, "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:bob-inbox")
    assert by_identity([document], own).decision is Decision.ALLOW
    assert by_identity([document], other).decision is Decision.NOTHING
    # a role session has no user name: the variable has no value, and nothing matches
    assert (
        by_identity([document], question(ROLE, own.action, own.resource)).decision
        is Decision.NOTHING
    )


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/worker"]},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/service-role/worker"},
        {"AWS": ROLE.arn},
    ],
)
def test_a_resource_policy_may_name_a_role_in_several_ways(principal: Any) -> None:
    assert resource({"Effect": "Allow", "Principal": principal}, ROLE) is Decision.ALLOW


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": ACCOUNT},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"},
        {"AWS": "arn:aws:iam::999999999999:role/worker"},
        {"Service": "sns.amazonaws.com"},
    ],
)
def test_naming_the_account_or_someone_else_lets_no_role_in(principal: Any) -> None:
    assert resource({"Effect": "Allow", "Principal": principal}, ROLE) is Decision.NOTHING


def test_refusing_the_account_refuses_everyone_in_it() -> None:
    statement = {"Effect": "Deny", "Principal": {"AWS": ACCOUNT}}
    assert resource(statement, ROLE) is Decision.DENY
    assert resource(statement, ROOT) is Decision.DENY
    assert resource(statement, service("sns")) is Decision.NOTHING


def test_everyone_but_someone_is_refused() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/worker"}}
    assert resource(statement, ROLE) is Decision.NOTHING
    assert resource(statement, ROOT) is Decision.DENY


def test_a_topic_is_let_in_by_its_arn_and_no_other() -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
    }
    assert resource(statement, service("sns"), source_arn=TOPIC) is Decision.ALLOW
    assert resource(statement, service("sns"), source_arn=f"{TOPIC}2") is Decision.NOTHING
    assert resource(statement, service("events"), source_arn=TOPIC) is Decision.NOTHING
    assert resource(statement, service("sns")) is Decision.NOTHING


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"StringEquals": {"AWS:SOURCEACCOUNT": [ACCOUNT, "1"]}}, True),
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, False),
        ({"StringLike": {"aws:SourceArn": "arn:aws:sns:*:*:ev*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:ev*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:events"}}, False),
        ({"ArnNotEquals": {"aws:SourceArn": TOPIC}}, False),
        ({"StringEqualsIgnoreCase": {"aws:SourceArn": TOPIC.upper()}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"Null": {"aws:SourceArn": "false"}}, True),
        ({"Null": {"aws:TokenIssueTime": "true"}}, True),
        ({"Null": {"aws:TokenIssueTime": True}}, True),
        ({"Null": {"aws:SourceArn": "True"}}, False),
        ({"Anything": {}}, True),
        ({"StringEquals": {"aws:Nowhere": "x"}}, False),
        ({"StringEqualsIfExists": {"aws:Nowhere": "x"}}, True),
        ({"StringNotEquals": {"aws:Nowhere": "x"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:Nowhere": "x"}}, False),
        ({"ForAllValues:StringEquals": {"aws:Nowhere": "x"}}, True),
        ({"ForAnyValue:StringLike": {"aws:SourceArn": ["*:events", "b"]}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({"NumericLessThan": {"aws:EpochTime": "5"}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        (
            {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnEquals": {"aws:SourceArn": f"{TOPIC}2"},
            },
            False,
        ),
    ],
)
def test_conditions(condition: dict[str, Any], expected: bool) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Condition": condition}
    found = resource(statement, service("sns"), source_arn=TOPIC)
    assert (found is Decision.ALLOW) is expected


def test_an_operator_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid Condition type"):
        read_conditions({"StringMatches": {"a": "b"}})


def test_an_answer_that_hangs_on_a_condition_is_not_kept() -> None:
    plain = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    dated = {**plain, "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}}
    asked = question(ROLE, "sqs:SendMessage", QUEUE)
    assert by_identity([parse_document({"Statement": plain})], asked).fixed
    assert not by_identity([parse_document({"Statement": dated})], asked).fixed


def test_managed_policies_are_found_by_their_whole_arn() -> None:
    found = managed_policy("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    assert found is not None
    assert "logs:PutLogEvents" in str(found[1]["Document"])
    assert managed_policy("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole") is None
    assert managed_policy("arn:aws:iam::aws:policy/Statement") is None


@given(st.text(max_size=40))
def test_a_text_matches_itself_and_a_star(text: str) -> None:
    assert matches("*", text)
    if not set(text) & set("*?["):
        assert matches(text, text)
        assert matches(f"{text}*", f"{text}-more")


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["Statement", "Effect", "Action", "Principal", "Condition", "x"]), x
            )
        ),
    )
)
def test_a_policy_that_makes_no_sense_grants_nothing(policy: Any) -> None:
    document = read_document(policy if isinstance(policy, dict) else {"Statement": policy})
    for principal in (ROLE, service("sns")):
        asked = question(principal, "sqs:SendMessage", QUEUE)
        assert by_resource(document, asked).decision is not Decision.ALLOW


@dataclass
class Role:
    """What a trust policy is read from."""

    arn: str
    assume_role_policy_document: str


@pytest.mark.parametrize(
    ("condition", "source", "expected"),
    [
        (None, None, True),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, None, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:worker"}}, "worker", True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:worker"}}, "other", False),
        ({"StringEquals": {"sts:ExternalId": "x"}}, None, False),
    ],
)
def test_a_trust_policy_may_name_the_function_that_it_is_for(
    condition: dict[str, Any] | None, source: str | None, expected: bool
) -> None:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = condition
    role = Role(
        arn=f"arn:aws:iam::{ACCOUNT}:role/worker",
        assume_role_policy_document=json.dumps({"Statement": [statement]}),
    )
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{source}" if source else None
    caller = service("lambda")
    context = context_of(caller, arn, "us-east-1", time.time())
    assert trusts(role, caller, context, any_source=source is None) is expected
    assert not trusts(role, service("apigateway"), context, any_source=True)
