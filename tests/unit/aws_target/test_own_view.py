"""What a learner's clients list, with answers laid out before: nothing is sent."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from orderlab.aws_target.own_view import OwnView
from orderlab.aws_target.written_names import Names

NAMES = Names("orderlab-anna-", "/orderlab/anna/", "123456789012")


def client(service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service, aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
    )


def listed(service: str, operation: str, answer: dict[str, Any], **asked: Any) -> dict[str, Any]:
    """What a learner's client makes of an answer."""
    made = client(service)
    OwnView(NAMES, lambda _: pytest.fail("nobody was to be asked")).put_on(
        made.meta.events.register
    )
    with Stubber(made) as stub:
        stub.add_response(operation, answer)
        found: dict[str, Any] = getattr(made, operation)(**asked)
    return found


def test_other_peoples_are_left_out_and_awss_own_stay() -> None:
    answer = {"EventBuses": [{"Name": each} for each in ("default", "orderlab-anna-b", "theirs")]}
    found = listed("events", "list_event_buses", answer)
    assert [each["Name"] for each in found["EventBuses"]] == ["default", "orderlab-anna-b"]


@pytest.mark.parametrize(
    ("service", "operation", "member", "mine", "theirs"),
    [
        ("sqs", "list_queues", "QueueUrls", "https://sqs/1/orderlab-anna-q", "https://sqs/1/q"),
        ("dynamodb", "list_tables", "TableNames", "orderlab-anna-t", "orderlab-annabel-t"),
        ("dynamodb", "list_tables", "TableNames", "orderlab-anna-t", "my-orderlab-anna-t"),
    ],
)
def test_what_is_listed_as_text(
    service: str, operation: str, member: str, mine: str, theirs: str
) -> None:
    found = listed(service, operation, {member: [theirs, mine]})
    assert found[member] == [mine]


def test_a_topic_is_known_by_its_arn_and_a_long_function_by_its_short_name() -> None:
    arns = [f"arn:aws:sns:us-east-1:123456789012:{each}" for each in ("t", "orderlab-anna-t")]
    found = listed("sns", "list_topics", {"Topics": [{"TopicArn": each} for each in arns]})
    assert found["Topics"] == [{"TopicArn": arns[1]}]
    functions = [{"FunctionName": each} for each in (NAMES.of("f" * 70, 64), "ol0123abcd-f")]
    found = listed("lambda", "list_functions", {"Functions": functions})
    assert found["Functions"] == functions[:1]


def test_groups_that_are_no_functions_keep_their_names_and_stay() -> None:
    names = ["/aws/lambda/orderlab-anna-f", "/aws/lambda/f", "orderlab-anna-access", "/shop/x"]
    answer = {"logGroups": [{"logGroupName": each} for each in names]}
    found = listed("logs", "describe_log_groups", answer)
    assert [each["logGroupName"] for each in found["logGroups"]] == [names[0], *names[2:]]


def test_pages_of_others_alone_are_passed_over() -> None:
    pages: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"TableNames": ["abc"], "LastEvaluatedTableName": "abc"}, {}),
        ({"TableNames": ["abc"], "LastEvaluatedTableName": "abc"}, {}),
        ({"TableNames": ["orderlab-anna-t"]}, {"ExclusiveStartTableName": "abc"}),
    ]
    made, plain = client("dynamodb"), client("dynamodb")
    OwnView(NAMES, lambda _: plain).put_on(made.meta.events.register)
    with Stubber(made) as first, Stubber(plain) as stub:
        first.add_response("list_tables", pages[0][0], {})
        for answer, asked in pages[1:]:
            stub.add_response("list_tables", answer, asked)
        found = made.list_tables()
    assert found["TableNames"] == ["orderlab-anna-t"]
    assert "LastEvaluatedTableName" not in found
