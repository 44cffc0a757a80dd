"""Teardown leaves nothing of the learner's, however a build ended, and all that is others'."""

from __future__ import annotations

import json
import random
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from orderlab.aws_target.account import AccountTarget
from orderlab.orders import architecture
from orderlab.teardown.found import Found
from orderlab.teardown.teardown import everything, find, teardown
from tests.cloud.account_kit import account, run
from tests.cloud.forked_account import Forks

# in a process that knows of the build only what the account tells
TEARDOWN = """
import sys
from orderlab.teardown.teardown import teardown
from tests.cloud.account_kit import account
target = account(sys.argv[1], learner="anna")
torn = teardown(target.unmarked, target.marks, agree=lambda found: True, say=print)
print(torn)
sys.exit(1 if torn.left else 0)
"""
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "scheduler.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        },
    }
)
POINTS = sorted(random.Random(13).sample(range(2, 230), 20))


@pytest.fixture(scope="module")
def endpoint(own_cloud: Callable[..., Any]) -> Iterator[str]:
    with own_cloud(speed=10) as cloud:
        yield cloud.endpoint


def plant(target: AccountTarget) -> None:
    """Resources of somebody else with names and tags like the learner's."""
    client = target.unmarked
    client("sqs").create_queue(QueueName="orderlab-annabel-orders", tags={"orderlab": "course"})
    client("sqs").create_queue(QueueName="orderlab-anna-orders-inbox-of-bob")
    client("sqs").create_queue(
        QueueName="orders", tags={"orderlab": "course", "orderlab-learner": "annabel"}
    )
    client("dynamodb").create_table(
        TableName="orderlab-anna2-orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "orderlab-learner", "Value": "Anna"}],
    )
    client("sns").create_topic(Name="order-events", Tags=[{"Key": "orderlab", "Value": "course"}])
    client("logs").create_log_group(logGroupName="/aws/lambda/orderlab-annabel-greet")
    client("iam").create_role(
        RoleName="orderlab-anna-admin", Path="/orderlab/anna2/", AssumeRolePolicyDocument=TRUST
    )
    client("apigateway").create_rest_api(name="orderlab-anna-order-api-of-bob")


PLANTED = 8
# what AWS itself has in an account
AWS_OWN = {
    "DAX parameter group default.dax1.0",
    "DAX subnet group default",
    "schema registry discovered-schemas",
}


def everybodys(target: AccountTarget) -> set[str]:
    roles = target.unmarked("iam").list_roles()["Roles"]
    found = {str(each) for each in everything(target.unmarked, target.marks)}
    return (found | {each["RoleName"] for each in roles}) - AWS_OWN


def test_what_is_built_is_marked_found_and_taken_away(endpoint: str) -> None:
    target = account(endpoint)
    plant(target)
    before = everybodys(target)
    assert len(before) == PLANTED
    architecture.build(target, chapter=4)
    found = find(target.unmarked, target.marks)
    kinds = {each.kind for each in found}
    assert kinds >= {"function", "queue", "table", "topic", "API", "role", "log group", "alarm"}
    assert all(each.name.rpartition("/")[2].startswith("orderlab-anna-") for each in found)
    tags = target.unmarked("dynamodb").list_tags_of_resource(
        ResourceArn=f"arn:aws:dynamodb:us-east-1:{target.account_id}:table/orderlab-anna-orders"
    )["Tags"]
    assert {each["Key"] for each in tags} >= {
        "orderlab", "orderlab-learner", "orderlab-chapter", "orderlab-expiry",
    }  # fmt: skip
    done = run(TEARDOWN, endpoint)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "Looked again: nothing is left."
    assert everybodys(target) == before


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks() as started:
        yield started


@pytest.mark.parametrize("answers", POINTS)
def test_a_build_that_is_killed_leaves_nothing_behind_a_teardown(
    endpoint: str, forks: Forks, answers: int
) -> None:
    # a name of a queue is free again after a minute: each build has a learner of its own
    learner = f"killed{answers}"
    target = account(endpoint, learner=learner)
    before = everybodys(target)
    assert forks.run("build", endpoint, learner, 4, answers) == -signal.SIGKILL
    assert forks.run("teardown", endpoint, learner) == 0
    assert find(target.unmarked, target.marks) == []
    assert everybodys(target) == before


def test_what_eventbridge_keeps_goes_and_others_stays(endpoint: str) -> None:
    target = account(endpoint)
    queue = target.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    arn = target.client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["QueueArn"]
    )["Attributes"]["QueueArn"]  # fmt: skip
    for events, bus in ((target.client("events"), "mine"), (target.unmarked("events"), "theirs")):
        events.create_event_bus(Name=bus)
        events.put_rule(Name="r", EventBusName=bus, EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule="r", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    role = target.client("iam").create_role(RoleName="s", AssumeRolePolicyDocument=TRUST)
    schedule = {
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": arn, "RoleArn": role["Role"]["Arn"]},
    }
    target.client("scheduler").create_schedule(Name="daily", **schedule)
    target.unmarked("scheduler").create_schedule(Name="orderlab-annabel-daily", **schedule)
    found = {str(each) for each in find(target.unmarked, target.marks)}
    assert found == {
        "schedule orderlab-anna-daily", "rule orderlab-anna-r", "event bus orderlab-anna-mine",
        "queue orderlab-anna-q", "role orderlab-anna-s", "policy orderlab-anna-boundary",
    }  # fmt: skip
    torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert torn.left == []
    assert {"event bus theirs", "schedule orderlab-annabel-daily"} <= everybodys(target)


def test_nothing_is_deleted_before_one_agrees(endpoint: str) -> None:
    target = account(endpoint)
    target.client("sqs").create_queue(QueueName="mine")
    shown: list[Found] = []

    def no(found: list[Found]) -> bool:
        shown.extend(found)
        return False

    torn = teardown(target.unmarked, target.marks, agree=no, say=lambda _: None)
    assert [str(each) for each in shown] == ["queue orderlab-anna-mine"]
    assert torn.left == shown
    assert "1 left" in str(torn)
    teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert find(target.unmarked, target.marks) == []
