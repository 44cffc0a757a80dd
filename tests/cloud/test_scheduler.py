"""EventBridge Scheduler: one-time and recurring schedules, groups, targets, retries.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cloud.events_kit import ACCOUNT, EventKit, error_of, name_of
from tests.cloud.notes import NOTE

OFF = {"Mode": "OFF"}
HERE = f"arn:aws:scheduler:us-east-1:{ACCOUNT}"
SENDS = ("sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction", "events:PutEvents")
NOTING = NOTE + "def handler(event, context):\n    note({'event': event})\n"


class ScheduleKit(EventKit):
    def __init__(self, cloud: Any) -> None:
        super().__init__(cloud)
        self.scheduler = cloud.client("scheduler")
        self._made: list[tuple[str, str]] = []

    def close(self) -> None:
        for group, name in self._made:
            if self.listed(group, name):
                self.scheduler.delete_schedule(GroupName=group, Name=name)
        super().close()

    def listed(self, group: str, name: str) -> bool:
        found = self.scheduler.list_schedules(NamePrefix=name)["Schedules"]
        return any(each["GroupName"] == group for each in found)

    def schedule(
        self, when: str, target: dict[str, Any], *, actions: tuple[str, ...] = SENDS, **given: Any
    ) -> str:
        """The name of a new schedule."""
        name = given.pop("Name", None) or name_of("schedule")
        target = {"RoleArn": self.role_for("scheduler.amazonaws.com", *actions), **target}
        given.setdefault("FlexibleTimeWindow", OFF)
        self.scheduler.create_schedule(Name=name, ScheduleExpression=when, Target=target, **given)
        self._made.append((given.get("GroupName", "default"), name))
        return str(name)


@pytest.fixture
def kit(cloud: Any) -> Iterator[ScheduleKit]:
    made = ScheduleKit(cloud)
    yield made
    made.close()


def soon(seconds: float, zone: str = "UTC") -> str:
    """An `at` in so many seconds. The tests' cloud runs ten times as fast."""
    moment = datetime.now(ZoneInfo(zone)) + timedelta(seconds=seconds)
    return f"at({moment:%Y-%m-%dT%H:%M:%S})"


# --- when -------------------------------------------------------------------------------------


def test_a_one_time_schedule_invokes_once(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time"""
    url = kit.queue()
    began = time.monotonic()
    name = kit.schedule(soon(15), {"Arn": kit.arn(url), "Input": '{"id": 1}'})
    assert kit.bodies(url) == [{"id": 1}]
    assert time.monotonic() - began > 1
    assert kit.bodies(url, 0, seconds=1.5) == []
    assert kit.scheduler.get_schedule(Name=name)["State"] == "ENABLED"


def test_the_time_zone_counts(kit: ScheduleKit) -> None:
    url = kit.queue()
    there = "Asia/Tokyo"
    kit.schedule(
        soon(10, there), {"Arn": kit.arn(url), "Input": '"on time"'},
        ScheduleExpressionTimezone=there,
    )  # fmt: skip
    kit.schedule(soon(10, there), {"Arn": kit.arn(url), "Input": '"hours later"'})
    assert kit.bodies(url) == ["on time"]


def test_a_schedule_can_delete_itself(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html"""
    url = kit.queue()
    name = kit.schedule(soon(5), {"Arn": kit.arn(url)}, ActionAfterCompletion="DELETE")
    assert kit.messages(url)
    assert kit.eventually(lambda: not kit.listed("default", name))
    gone = error_of(lambda: kit.scheduler.get_schedule(Name=name))
    assert gone == ("ResourceNotFoundException", f"Schedule {name} does not exist.")


def test_a_rate_is_due_at_once_and_again_until_its_end(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based"""
    url = kit.queue()
    name = kit.schedule(
        "rate(1 minute)",
        {"Arn": kit.arn(url), "Input": "<aws.scheduler.scheduled-time>"},
        EndDate=datetime.now(UTC) + timedelta(seconds=90),
        ActionAfterCompletion="DELETE",
    )
    times = [datetime.fromisoformat(each["Body"]) for each in kit.messages(url, 2, seconds=12)]
    assert sorted(times)[1] - sorted(times)[0] == timedelta(minutes=1)
    assert kit.eventually(lambda: not kit.listed("default", name))


def test_a_start_is_waited_for(kit: ScheduleKit) -> None:
    url = kit.queue()
    start = datetime.now(UTC) + timedelta(seconds=20)
    kit.schedule("rate(1 hour)", {"Arn": kit.arn(url), "Input": '"due"'}, StartDate=start)
    assert kit.bodies(url, 0, seconds=1) == []
    assert kit.bodies(url) == ["due"]


def test_cron(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based"""
    url = kit.queue()
    moment = datetime.now(UTC) + timedelta(minutes=1)
    when = f"cron({moment.minute} {moment.hour} {moment.day} {moment.month} ? {moment.year})"
    kit.schedule(when, {"Arn": kit.arn(url), "Input": "<aws.scheduler.scheduled-time>"})
    [message] = kit.messages(url, seconds=10)
    assert message["Body"] == f"{moment:%Y-%m-%dT%H:%M}:00Z"


def test_a_disabled_schedule_waits_until_it_is_enabled(kit: ScheduleKit) -> None:
    url = kit.queue()
    name = kit.schedule("rate(1 hour)", {"Arn": kit.arn(url), "Input": '"due"'}, State="DISABLED")
    assert kit.bodies(url, 0, seconds=1) == []
    found = kit.scheduler.get_schedule(Name=name)
    kit.scheduler.update_schedule(
        Name=name,
        ScheduleExpression=found["ScheduleExpression"],
        Target=found["Target"],
        FlexibleTimeWindow=found["FlexibleTimeWindow"],
    )
    assert kit.bodies(url) == ["due"]


def test_a_flexible_window_holds_the_invocation_back(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html"""
    url = kit.queue()
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1}
    kit.schedule(soon(2), {"Arn": kit.arn(url), "Input": '"due"'}, FlexibleTimeWindow=window)
    assert kit.bodies(url, seconds=10) == ["due"]


# --- targets ----------------------------------------------------------------------------------


def test_context_attributes(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""
    url = kit.queue()
    names = ("schedule-arn", "scheduled-time", "execution-id", "attempt-number")
    text = json.dumps({name: f"<aws.scheduler.{name}>" for name in names})
    name = kit.schedule("rate(1 hour)", {"Arn": kit.arn(url), "Input": text})
    [found] = kit.bodies(url)
    assert found["schedule-arn"] == f"{HERE}:schedule/default/{name}"
    assert datetime.fromisoformat(found["scheduled-time"]).tzinfo is not None
    assert found["execution-id"]
    assert found["attempt-number"] == "1"


def test_without_input_a_target_gets_an_event(kit: ScheduleKit) -> None:
    function = kit.function(NOTING)
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function.name}"
    name = kit.schedule("rate(1 hour)", {"Arn": arn})
    [noted] = kit.eventually(function.events)
    event = noted["event"]
    assert (event["source"], event["detail-type"]) == ("aws.scheduler", "Scheduled Event")
    assert event["resources"] == [f"{HERE}:schedule/default/{name}"]
    assert event["detail"] == "{}"


def test_queues_topics_and_buses(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html"""
    fifo = kit.queue(FifoQueue="true", ContentBasedDeduplication="true")
    topic, behind = (
        kit.sns.create_topic(Name=name_of("t"))["TopicArn"],
        kit.open_queue("sns.amazonaws.com"),
    )
    kit.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=kit.arn(behind),
        Attributes={"RawMessageDelivery": "true"},
    )  # fmt: skip
    bus, routed = kit.bus(), kit.open_queue()
    kit.rule({"source": ["plan"]}, {"Arn": kit.arn(routed), "InputPath": "$.detail"}, bus=bus)
    targets = [
        {"Arn": kit.arn(fifo), "SqsParameters": {"MessageGroupId": "orders"}},
        {"Arn": topic},
        {
            "Arn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{bus}",
            "EventBridgeParameters": {"Source": "plan", "DetailType": "Due"},
        },
    ]
    for target in targets:
        kit.schedule("rate(1 hour)", {**target, "Input": '{"id": 1}'})
    [message] = kit.messages(fifo)
    assert message["Attributes"]["MessageGroupId"] == "orders"
    assert kit.bodies(behind) == kit.bodies(routed) == [{"id": 1}]


def test_universal_targets(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"""
    url, function = kit.queue(), kit.function(NOTING)
    topic, behind = (
        kit.sns.create_topic(Name=name_of("t"))["TopicArn"],
        kit.open_queue("sns.amazonaws.com"),
    )
    kit.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=kit.arn(behind),
        Attributes={"RawMessageDelivery": "true"},
    )  # fmt: skip
    bus, routed = kit.bus(), kit.open_queue()
    kit.rule({"source": ["plan"]}, {"Arn": kit.arn(routed), "InputPath": "$.detail"}, bus=bus)
    entry = {"Source": "plan", "DetailType": "Due", "Detail": '{"id": 2}', "EventBusName": bus}
    calls = {
        "sqs:sendMessage": {"QueueUrl": url, "MessageBody": "hello"},
        "sns:publish": {"TopicArn": topic, "Message": "published"},
        "lambda:invoke": {
            "FunctionName": function.name, "InvocationType": "Event", "Payload": '{"id": 3}',
        },
        "eventbridge:putEvents": {"Entries": [entry]},
    }  # fmt: skip
    for call, parameters in calls.items():
        arn = f"arn:aws:scheduler:::aws-sdk:{call}"
        kit.schedule("rate(1 hour)", {"Arn": arn, "Input": json.dumps(parameters)})
    assert [each["Body"] for each in kit.messages(url)] == ["hello"]
    assert [each["Body"] for each in kit.messages(behind)] == ["published"]
    assert kit.bodies(routed) == [{"id": 2}]
    assert [noted["event"] for noted in kit.eventually(function.events)] == [{"id": 3}]


# --- failures ---------------------------------------------------------------------------------


def letter_of(kit: ScheduleKit, dead: str) -> tuple[str, dict[str, str]]:
    [message] = kit.messages(dead, seconds=15)
    values = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    return message["Body"], values


def test_a_dead_letter_says_what_went_wrong(kit: ScheduleKit) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html"""
    dead = kit.queue()
    url = f"{kit.cloud.endpoint}/{ACCOUNT}/{name_of('gone')}"
    call = {"QueueUrl": url, "MessageBody": "hello"}
    target = {
        "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
        "Input": json.dumps(call),
        "DeadLetterConfig": {"Arn": kit.arn(dead)},
    }
    name = kit.schedule(soon(2), target)
    body, values = letter_of(kit, dead)
    assert json.loads(body) == call
    assert values.pop("SCHEDULED_TIME")
    assert values.pop("EXECUTION_ID")
    assert "does not exist" in values.pop("ERROR_MESSAGE")
    assert values == {
        "SCHEDULE_ARN": f"{HERE}:schedule/default/{name}",
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": "AWS.SimpleQueueService.NonExistentQueue",
        "RETRY_ATTEMPTS": "0",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "IS_PAYLOAD_TRUNCATED": "false",
    }


def test_a_target_that_cannot_be_reached_is_tried_again(kit: ScheduleKit) -> None:
    dead, url = kit.queue(), kit.queue()
    name = url.rpartition("/")[2]
    kit.cloud.page("faults", "POST", {"kind": "cut", "target": name})
    target = {
        "Arn": kit.arn(url),
        "RetryPolicy": {"MaximumRetryAttempts": 2},
        "DeadLetterConfig": {"Arn": kit.arn(dead)},
    }
    kit.schedule(soon(2), target)
    _, values = letter_of(kit, dead)
    kit.cloud.page("faults", "DELETE", {"target": name})
    assert values["RETRY_ATTEMPTS"] == "2"
    assert values["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"


def test_a_role_that_may_not_reaches_nothing(kit: ScheduleKit) -> None:
    url, dead = kit.queue(), kit.queue()
    policy = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": kit.arn(dead)}
    role = kit.role_for("scheduler.amazonaws.com")
    kit.iam.put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="dead",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [policy]}),
    )
    dead_letter = {"Arn": kit.arn(dead)}
    kit.schedule(soon(2), {"Arn": kit.arn(url), "RoleArn": role, "DeadLetterConfig": dead_letter})
    _, values = letter_of(kit, dead)
    assert values["ERROR_CODE"] == "AccessDeniedException"
    assert kit.left(url) == 0
