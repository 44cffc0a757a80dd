"""The cloud's clock, stopped and moved on: what waits by it goes on at once, on the running cloud.

What waits how long is AWS's: each test names the page.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.faults import Faults
from tests.cloud.dax_support import connected, make_cluster
from tests.cloud.event_source_kit import Kit, until
from tests.cloud.events_kit import EventKit, name_of
from tests.cloud.tables_support import make_table, wire
from tests.conftest import RunningCloud, run_cloud


@pytest.fixture(scope="module")
def real_time() -> Iterator[RunningCloud]:
    """A cloud of this file's own: other tests live by its clock."""
    with run_cloud(speed=1) as cloud:
        yield cloud


@pytest.fixture
def clock(real_time: RunningCloud) -> Iterator[Faults]:
    faults = Faults(LocalTarget.attach(real_time.endpoint, "test", "test"))
    yield faults
    faults.mend()
    faults.run_clock()


@pytest.fixture
def kit(real_time: RunningCloud) -> Iterator[EventKit]:
    made = EventKit(real_time)
    yield made
    made.close()


def received(kit: EventKit, url: str, wait: int = 1) -> list[str]:
    found = kit.sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait, MessageSystemAttributeNames=[]
    )
    return [each["Body"] for each in found.get("Messages", ())]


def moved_until(clock: Faults, condition: Callable[[], bool], **step: float) -> None:
    """Move the clock on, step by step, until something has happened.

    A wait begins where its cause ends, which may be a moment after the clock was moved.
    """
    for _ in range(100):
        if condition():
            return
        clock.move_clock(**step)
        time.sleep(0.1)
    raise AssertionError("it has not happened")


def test_a_clock_that_stands_shows_one_time_until_it_is_moved(clock: Faults) -> None:
    clock.stop_clock()
    before = clock.now()
    assert clock.clock_stands and clock.now() == before
    clock.move_clock(minutes=5, seconds=1)
    assert clock.now() - before == timedelta(seconds=301)
    clock.run_clock()
    assert not clock.clock_stands
    until(lambda: clock.now() > before + timedelta(seconds=301))


def test_a_clock_that_runs_can_be_moved_as_well(clock: Faults) -> None:
    before = clock.now()
    clock.move_clock(hours=1)
    assert not clock.clock_stands and clock.now() - before > timedelta(hours=1)


def test_what_is_no_time_is_refused(clock: Faults) -> None:
    for given in ({}, {"seconds": -1}, {"days": 1000}):
        with pytest.raises(LearnerError):
            clock.move_clock(**given)


def test_a_visibility_timeout_ends_when_the_clock_is_moved(clock: Faults, kit: EventKit) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html"""
    url = kit.queue(VisibilityTimeout="300")
    kit.send(url, "once")
    clock.stop_clock()
    assert received(kit, url) == ["once"]
    clock.move_clock(seconds=299)
    assert received(kit, url) == []
    clock.move_clock(seconds=1)
    assert received(kit, url) == ["once"]


def test_a_delayed_message_comes_when_the_clock_is_moved(clock: Faults, kit: EventKit) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html"""
    url = kit.queue()
    clock.stop_clock()
    kit.sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=600)
    assert received(kit, url) == []
    clock.move_clock(minutes=10)
    assert received(kit, url) == ["later"]


def test_messages_expire_when_the_clock_is_moved(clock: Faults, kit: EventKit) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-queue-parameters.html"""
    url = kit.queue()
    kit.send(url, "old")
    clock.move_clock(days=4, seconds=1)
    assert received(kit, url) == []


def test_an_item_expires_when_the_clock_is_moved(
    clock: Faults, kit: EventKit, real_time: RunningCloud
) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html"""
    table = make_table(kit.dynamodb, "pk")
    kit.dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    clock.stop_clock()
    end = int(clock.now().timestamp()) + 3600
    kit.dynamodb.put_item(TableName=table, Item=wire(pk="a", until=end))
    clock.move_clock(minutes=59)
    assert "Item" in kit.dynamodb.get_item(TableName=table, Key=wire(pk="a"))
    clock.move_clock(minutes=2)
    until(lambda: "Item" not in kit.dynamodb.get_item(TableName=table, Key=wire(pk="a")))


def test_retries_of_an_asynchronous_event_come_when_the_clock_is_moved(
    clock: Faults, kit: EventKit
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""
    function = kit.function()
    clock.stop_clock()
    kit.lambda_.invoke(
        FunctionName=function.name,
        InvocationType="Event",
        Payload=json.dumps({"Records": [{"messageId": "1", "body": "bad"}]}),
    )
    until(lambda: len(function.events()) == 1)
    moved_until(clock, lambda: len(function.events()) == 2, seconds=30)
    moved_until(clock, lambda: len(function.events()) == 3, seconds=30)
    clock.move_clock(minutes=10)
    time.sleep(0.3)
    assert len(function.events()) == 3


def test_a_failed_batch_of_a_queue_comes_again_when_the_clock_is_moved(
    clock: Faults, kit: EventKit
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    function, url = kit.function(), kit.queue(VisibilityTimeout="180")
    kit.mapping(function, kit.arn(url))
    clock.stop_clock()
    kit.send(url, "bad")
    until(lambda: len(function.events()) == 1)
    # the answer of the function is on its way back, and then the message waits for its timeout
    until(lambda: kit.attributes(url)["ApproximateNumberOfMessagesNotVisible"] == "1")
    clock.move_clock(minutes=3)
    until(lambda: len(function.events()) == 2)


def test_a_stream_is_read_while_the_clock_stands_and_retried_when_it_is_moved(
    clock: Faults, kit: EventKit
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
    function = kit.function()
    table, stream = kit.table()
    kit.mapping(function, stream, StartingPosition="TRIM_HORIZON", BatchSize=1)
    clock.stop_clock()
    for number in range(3):
        Kit.put(kit, table, f"{number}")
    until(lambda: function.ids() == ["0", "1", "2"])
    Kit.put(kit, table, "bad")
    until(lambda: len(function.ids()) == 4)
    moved_until(clock, lambda: len(function.ids()) >= 5, seconds=1)


def test_a_window_gathers_until_the_clock_is_moved(clock: Faults, kit: EventKit) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    function, url = kit.function(), kit.queue(VisibilityTimeout="900")
    kit.mapping(function, kit.arn(url), BatchSize=100, MaximumBatchingWindowInSeconds=300)
    clock.stop_clock()
    for number in range(3):
        kit.send(url, f"m{number}")
    until(lambda: kit.attributes(url)["ApproximateNumberOfMessagesNotVisible"] == "3")
    assert function.events() == []
    clock.move_clock(minutes=5)
    until(lambda: sorted(function.bodies()) == ["m0", "m1", "m2"])
    assert len(function.events()) == 1


def test_a_scheduled_rule_comes_at_each_of_its_times(clock: Faults, kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"""
    url, rule = kit.open_queue(), name_of("rule")
    clock.stop_clock()
    kit.events.put_rule(Name=rule, ScheduleExpression="rate(1 minute)")
    kit.events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": kit.arn(url)}])
    try:
        clock.move_clock(minutes=5)
        until(lambda: kit.left(url) == 5)
        times = sorted(json.loads(body)["time"] for body in received(kit, url))
    finally:
        kit.events.remove_targets(Rule=rule, Ids=["q"])
        kit.events.delete_rule(Name=rule)
    moments = [datetime.fromisoformat(each) for each in times]
    assert [b - a for a, b in pairwise(moments)] == [timedelta(minutes=1)] * 4


def test_a_one_time_schedule_comes_when_its_time_is_there(
    clock: Faults, kit: EventKit, real_time: RunningCloud
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""
    url, name = kit.queue(), name_of("schedule")
    scheduler = real_time.client("scheduler")
    clock.stop_clock()
    due = clock.now() + timedelta(days=30)
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": kit.arn(url),
            "RoleArn": kit.role_for("scheduler.amazonaws.com", "sqs:SendMessage"),
            "Input": "now",
        },
    )
    clock.move_clock(days=29)
    assert received(kit, url) == []
    clock.move_clock(days=1)
    assert received(kit, url, 5) == ["now"]


def test_what_cannot_be_delivered_is_tried_again_as_the_clock_is_moved(
    clock: Faults, kit: EventKit
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html"""
    url, dead = kit.open_queue(), kit.open_queue()
    source = uuid.uuid4().hex
    kit.rule(
        {"source": [source]},
        {
            "Arn": kit.arn(url),
            "DeadLetterConfig": {"Arn": kit.arn(dead)},
            "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400},
        },
    )
    clock.cut_off(url.rpartition("/")[2])
    kit.put({"order_id": "a"}, Source=source)
    clock.move_clock(hours=25)
    until(lambda: kit.left(dead) == 1)
    assert received(kit, url) == []


def test_alarms_and_metrics_live_by_the_clock(clock: Faults, real_time: RunningCloud) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html"""
    cloudwatch, name = real_time.client("cloudwatch"), name_of("alarm")
    clock.stop_clock()
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace="Shop", MetricName=name, Statistic="Sum", Period=300,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )  # fmt: skip

    def state() -> str:
        return str(cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])

    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": name, "Value": 1}])
    until(lambda: state() == "ALARM")
    clock.move_clock(minutes=6)
    until(lambda: state() == "OK")
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": name, "Value": 1}])
    now = clock.now()
    found = cloudwatch.get_metric_statistics(
        Namespace="Shop", MetricName=name, Statistics=["Sum"], Period=60,
        StartTime=now - timedelta(minutes=10), EndTime=now + timedelta(minutes=1),
    )  # fmt: skip
    times = sorted(each["Timestamp"] for each in found["Datapoints"])
    assert times[1] - times[0] == timedelta(minutes=6)


def test_log_events_have_the_clocks_time_and_go_with_their_retention(
    clock: Faults, kit: EventKit, real_time: RunningCloud
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html"""
    logs, function = real_time.client("logs"), kit.function(role=kit.role("logs:*"))
    group = f"/aws/lambda/{function.name}"
    clock.move_clock(hours=2)
    kit.lambda_.invoke(FunctionName=function.name, Payload='{"Records": []}')
    until(lambda: logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"])
    until(lambda: logs.filter_log_events(logGroupName=group)["events"])
    first = logs.filter_log_events(logGroupName=group)["events"][0]
    at = datetime.fromtimestamp(first["timestamp"] / 1000, UTC)
    assert abs(clock.now() - at) < timedelta(minutes=5)
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    clock.move_clock(days=1, seconds=60)
    assert logs.filter_log_events(logGroupName=group)["events"] == []


def test_the_caches_of_dax_expire_when_the_clock_is_moved(
    clock: Faults, real_time: RunningCloud
) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html"""
    dynamodb = real_time.client("dynamodb")
    table = make_table(dynamodb, "pk")
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n="1"))
    with connected(real_time, make_cluster(real_time)) as dax:
        clock.stop_clock()

        def seen() -> Any:
            return dax.get_item(TableName=table, Key=wire(pk="a"))["Item"]["n"]["S"]

        assert seen() == "1"
        dynamodb.put_item(TableName=table, Item=wire(pk="a", n="2"))
        assert seen() == "1"
        # the keys of the table are looked up again, and what is cached stays cached
        clock.move_clock(minutes=2)
        assert seen() == "1"
        clock.move_clock(minutes=3)
        assert seen() == "2"


def test_pages_of_the_clock(real_time: RunningCloud, clock: Faults) -> None:
    shown = real_time.page("clock/stop", "POST", {})
    assert shown["stopped"] and shown["speed"] == 1
    moved = real_time.page("clock/move", "POST", {"seconds": 60})
    assert moved["now"] - shown["now"] == pytest.approx(60)
    assert not real_time.page("clock/run", "POST", {})["stopped"]
    assert real_time.page("clock")["ahead_seconds"] > 0


def test_a_policy_with_a_date_begins_to_hold_when_the_clock_is_moved(
    clock: Faults, kit: EventKit, real_time: RunningCloud
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    begin = datetime.now(UTC) + timedelta(days=300)
    statement = {
        "Effect": "Allow",
        "Action": "sqs:ListQueues",
        "Resource": "*",
        "Condition": {"DateGreaterThan": {"aws:CurrentTime": f"{begin:%Y-%m-%dT%H:%M:%SZ}"}},
    }
    iam, name = real_time.client("iam"), name_of("later")
    iam.create_user(UserName=name)
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName=name, PolicyName="later", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = replace(
        real_time, access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"]
    ).client("sqs")
    with pytest.raises(ClientError, match="AccessDenied"):
        own.list_queues()
    clock.move_clock(days=301)
    own.list_queues()
