"""What marks a learner's resources, as requests get it; nothing is sent."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from orderlab.aws_target.marks import Marks, learner_name
from orderlab.errors import LearnerError
from orderlab.teardown.found import Found

MARKS = Marks("anna", "04", "2026-12-04")
CLIENTS: dict[str, Any] = {}


class _Stopped(Exception):
    """The request is ready, and is not sent."""


def unmarked(service: str) -> Any:
    raise AssertionError(f"nothing was sent, so {service} isn't asked")


def sent(service: str, operation: str, **parameters: Any) -> dict[str, Any]:
    """The parameters of a call as they are after the marks."""
    client = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
    ).client(service, endpoint_url="http://127.0.0.1:9")  # type: ignore[call-overload]
    MARKS.put_on(client.meta.events.register, "123456789012", unmarked, lambda *_: None)
    seen: dict[str, Any] = {}

    def stop(params: dict[str, Any], **_: Any) -> None:
        seen.update(params)
        raise _Stopped

    client.meta.events.register_last("before-parameter-build", stop)
    with pytest.raises(_Stopped):
        getattr(client, operation)(**parameters)
    return seen


def test_tags_have_the_form_that_each_api_takes() -> None:
    queue = sent("sqs", "create_queue", QueueName="q", tags={"mine": "1"})
    assert queue == {"QueueName": "orderlab-anna-q", "tags": {"mine": "1", **MARKS.tags}}
    alarm = sent("cloudwatch", "put_metric_alarm", AlarmName="a", Tags=[{"Key": "k", "Value": "v"}])
    assert {each["Key"]: each["Value"] for each in alarm["Tags"]} == {"k": "v", **MARKS.tags}
    assert sent("apigateway", "create_rest_api", name="a") == {
        "name": "orderlab-anna-a", "tags": MARKS.tags,
    }  # fmt: skip
    role = sent("iam", "create_role", RoleName="r", AssumeRolePolicyDocument="{}")
    assert role["Path"] == "/orderlab/anna/"


def test_what_can_have_no_tags_is_signed_in_its_description() -> None:
    window = {"FlexibleTimeWindow": {"Mode": "OFF"}, "ScheduleExpression": "rate(1 day)"}
    goal = {"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": "r"}
    made = sent("scheduler", "create_schedule", Name="s", Target=goal, **window)
    assert made["Description"] == "[orderlab-learner: anna]"
    layer = sent("lambda", "publish_layer_version", LayerName="l", Description="x" * 256,
                 Content={"ZipFile": b""})  # fmt: skip
    assert layer["Description"].endswith("xx [orderlab-learner: anna]")
    assert len(layer["Description"]) == 256
    assert MARKS.own(MARKS.signed(layer["Description"]))
    assert not MARKS.own(MARKS.signed("[orderlab-learner: annabel]"))
    # no value is not another value
    assert "Description" not in sent("events", "update_archive", ArchiveName="a")


def test_a_shortened_name_is_known_again() -> None:
    long = sent("events", "create_archive", ArchiveName="x" * 40, EventSourceArn="a")["ArchiveName"]
    assert len(long) == 48
    assert MARKS.names_it(long)
    assert not Marks("annabel").names_it(long)
    assert not MARKS.names_it(f"{MARKS.shortened}-hand")


def test_a_topic_has_the_same_tags_on_another_day() -> None:
    tags = sent("sns", "create_topic", Name="t")["Tags"]
    assert {each["Key"] for each in tags} == {"orderlab", "orderlab-learner"}


def test_a_call_that_makes_nothing_gets_a_name_and_no_tags() -> None:
    assert sent("lambda", "get_function", FunctionName="f") == {"FunctionName": "orderlab-anna-f"}
    theirs = "arn:aws:lambda:us-east-1:999999999999:function:f"
    assert sent("lambda", "get_function", FunctionName=theirs) == {"FunctionName": theirs}
    again = sent("dynamodb", "describe_table", TableName="orderlab-anna-t")
    assert again == {"TableName": "orderlab-anna-t"}
    tags = {"theirs": "1"}
    assert sent("sqs", "tag_queue", QueueUrl="u", Tags=tags)["Tags"] == tags


def test_the_tables_of_batches_and_transactions_get_the_prefix() -> None:
    batch = sent("dynamodb", "batch_get_item", RequestItems={"t": {"Keys": [{"id": {"S": "1"}}]}})
    assert list(batch["RequestItems"]) == ["orderlab-anna-t"]
    put = {"TableName": "t", "Item": {"id": {"S": "1"}}}
    found = sent("dynamodb", "transact_write_items", TransactItems=[{"Put": put}])
    assert found["TransactItems"][0]["Put"]["TableName"] == "orderlab-anna-t"
    assert put["TableName"] == "t"


def test_schedules_are_named_for_they_take_no_tags() -> None:
    assert sent("scheduler", "delete_schedule", Name="s")["Name"] == "orderlab-anna-s"


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("/aws/lambda/greet", "/aws/lambda/orderlab-anna-greet"),
        ("access", "orderlab-anna-access"),
        ("/aws/apigateway/x", "/aws/apigateway/x"),
    ],
)
def test_log_groups_follow_their_functions(group: str, expected: str) -> None:
    made = sent("logs", "put_retention_policy", logGroupName=group, retentionInDays=1)
    assert made["logGroupName"] == expected


@pytest.mark.parametrize(
    ("name", "tags", "expected"),
    [
        ("anything", MARKS.owner, True),
        ("orderlab-anna-orders", {}, False),
        ("orderlab-anna-orders", {"orderlab": "course", "orderlab-learner": "annabel"}, False),
        ("orderlab-anna-orders", {"orderlab": "course"}, False),
        ("orderlab-anna-orders", None, True),
        ("/aws/lambda/orderlab-anna-orders", None, True),
        ("orderlab-annabel-orders", None, False),
        ("my-orderlab-anna-orders", None, False),
    ],
)
def test_whose_a_resource_is(name: str, tags: dict[str, str] | None, expected: bool) -> None:
    assert Found("queue", name, name, tags).is_of(MARKS) is expected


def test_a_learners_name_has_the_letters_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERLAB_LEARNER", "Anna-Lena.Müller the 3rd")
    assert learner_name() == "annalenamlle"
    monkeypatch.setenv("ORDERLAB_LEARNER", "李")
    with pytest.raises(LearnerError):
        learner_name()
