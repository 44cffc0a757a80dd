"""EventBridge Scheduler: its API, groups, and what it refuses.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-group.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.cloud.events_kit import ACCOUNT, error_of, name_of
from tests.cloud.test_scheduler import HERE, OFF, ScheduleKit

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:some-queue"


@pytest.fixture
def kit(cloud: Any) -> Iterator[ScheduleKit]:
    made = ScheduleKit(cloud)
    yield made
    made.close()


def test_a_schedule_is_described_and_updated_as_a_whole(kit: ScheduleKit) -> None:
    name = kit.schedule("rate(1 day)", {"Arn": QUEUE}, State="DISABLED", Description="first")
    found = kit.scheduler.get_schedule(Name=name)
    assert found["Arn"] == f"{HERE}:schedule/default/{name}"
    assert (found["GroupName"], found["State"], found["Description"]) == (
        "default", "DISABLED", "first",
    )  # fmt: skip
    assert (found["ScheduleExpressionTimezone"], found["ActionAfterCompletion"]) == ("UTC", "NONE")
    kit.scheduler.update_schedule(
        Name=name,
        ScheduleExpression="rate(2 days)",
        Target=found["Target"],
        FlexibleTimeWindow=OFF,
        State="DISABLED",
    )
    changed = kit.scheduler.get_schedule(Name=name)
    assert changed["ScheduleExpression"] == "rate(2 days)"
    assert "Description" not in changed
    assert changed["CreationDate"] == found["CreationDate"]


def test_a_start_lies_five_minutes_in_the_past_at_most(kit: ScheduleKit) -> None:
    now = datetime.now(UTC)

    def make(expression: str, minutes: float) -> str:
        start = now - timedelta(minutes=minutes)
        return kit.schedule(expression, {"Arn": QUEUE}, State="DISABLED", StartDate=start)

    for expression in ("rate(1 day)", "cron(0 12 * * ? *)"):
        assert make(expression, 4)
        assert error_of(partial(make, expression, 6)) == (
            "ValidationException",
            "The StartDate you specify cannot be earlier than 5 minutes ago.",
        )
    # it does not matter to a schedule that is due once
    assert make(f"at({now + timedelta(days=1):%Y-%m-%dT%H:%M:%S})", 6)


def test_a_name_is_taken_once_in_a_group(kit: ScheduleKit) -> None:
    group, name = name_of("group"), name_of("schedule")
    kit.scheduler.create_schedule_group(Name=group)
    kit.schedule("rate(1 day)", {"Arn": QUEUE}, Name=name, State="DISABLED", ClientToken="same")
    kit.schedule("rate(1 day)", {"Arn": QUEUE}, Name=name, GroupName=group, State="DISABLED")
    kit.schedule("rate(1 day)", {"Arn": QUEUE}, Name=name, State="DISABLED", ClientToken="same")
    again = error_of(lambda: kit.schedule("rate(1 day)", {"Arn": QUEUE}, Name=name))
    assert again == ("ConflictException", f"Schedule {name} already exists.")
    found = kit.scheduler.list_schedules(NamePrefix=name)["Schedules"]
    assert {each["GroupName"] for each in found} == {"default", group}
    assert kit.scheduler.list_schedules(GroupName=group)["Schedules"][0]["Target"] == {"Arn": QUEUE}


def test_groups(kit: ScheduleKit) -> None:
    group = name_of("group")
    arn = kit.scheduler.create_schedule_group(Name=group, Tags=[{"Key": "a", "Value": "1"}])[
        "ScheduleGroupArn"
    ]
    assert arn == f"{HERE}:schedule-group/{group}"
    assert kit.scheduler.get_schedule_group(Name=group)["State"] == "ACTIVE"
    assert error_of(lambda: kit.scheduler.create_schedule_group(Name=group)) == (
        "ConflictException", f"Schedule group {group} already exists.",
    )  # fmt: skip
    kit.scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    kit.scheduler.untag_resource(ResourceArn=arn, TagKeys=["a"])
    tags = kit.scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "b", "Value": "2"}]
    name = kit.schedule("rate(1 day)", {"Arn": QUEUE}, GroupName=group, State="DISABLED")
    kit.scheduler.delete_schedule_group(Name=group)
    assert not kit.listed(group, name)
    gone = (f"Schedule group {group} does not exist.",)
    assert error_of(lambda: kit.scheduler.get_schedule_group(Name=group)) == (
        "ResourceNotFoundException", *gone,
    )  # fmt: skip
    assert error_of(lambda: kit.schedule("rate(1 day)", {"Arn": QUEUE}, GroupName=group)) == (
        "ResourceNotFoundException",
        *gone,
    )
    default = error_of(lambda: kit.scheduler.delete_schedule_group(Name="default"))
    assert default[0] == "ValidationException"


def test_lists_come_in_pages(kit: ScheduleKit) -> None:
    prefix = name_of("paged")
    for number in range(3):
        kit.schedule("rate(1 day)", {"Arn": QUEUE}, Name=f"{prefix}-{number}", State="DISABLED")
    first = kit.scheduler.list_schedules(NamePrefix=prefix, MaxResults=2)
    rest = kit.scheduler.list_schedules(NamePrefix=prefix, NextToken=first["NextToken"])
    names = [each["Name"] for each in first["Schedules"] + rest["Schedules"]]
    assert names == [f"{prefix}-{number}" for number in range(3)]


@pytest.mark.parametrize(
    "when",
    ["rate(0 minutes)", "rate(5 minute)", "cron(0 12 * * *)", "at(tomorrow)",
     "at(2026-13-01T00:00:00)",
     "every minute"],
)  # fmt: skip
def test_an_expression_that_is_not_valid_is_refused(kit: ScheduleKit, when: str) -> None:
    found = error_of(lambda: kit.schedule(when, {"Arn": QUEUE}))
    assert found == ("ValidationException", f"Invalid Schedule Expression {when}.")


@pytest.mark.parametrize(
    ("given", "target", "code"),
    [
        ({"ScheduleExpressionTimezone": "Mars/Base"}, {}, "ValidationException"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, {}, "ValidationException"),
        ({"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, {},
         "ValidationException"),
        ({"EndDate": datetime.now(UTC) - timedelta(days=1)}, {}, "ValidationException"),
        ({}, {"Arn": "some-queue"}, "ValidationException"),
        ({}, {"Arn": f"{QUEUE}.fifo"}, "ValidationException"),
        ({}, {"RetryPolicy": {"MaximumRetryAttempts": 186}}, "ValidationException"),
        ({}, {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"}, "ValidationException"),
        ({}, {"Arn": "arn:aws:scheduler:::aws-sdk:ec2:startInstances", "Input": "{}"},
         "NotImplementedByOrderlab"),
        ({}, {"Arn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:x"},
         "NotImplementedByOrderlab"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(
    kit: ScheduleKit, given: dict[str, Any], target: dict[str, Any], code: str
) -> None:
    found = error_of(lambda: kit.schedule("rate(1 day)", {"Arn": QUEUE, **target}, **given))
    assert found[0] == code


def test_the_role_must_trust_the_scheduler(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role"""
    role = kit.role_for("lambda.amazonaws.com", "sqs:SendMessage")
    found = error_of(lambda: kit.schedule("rate(1 day)", {"Arn": QUEUE, "RoleArn": role}))
    message = (
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
    )
    assert found == ("ValidationException", message)
