"""Composite alarms, through CloudWatch's API.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import eventually

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"


@pytest.fixture(scope="module")
def cloudwatch(cloud: Any) -> Any:
    return cloud.client("cloudwatch")


def child(cloudwatch: Any, name: str, state: str = "OK") -> str:
    """An alarm of a metric that never has values, in a state that stays."""
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Composite",
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    turn(cloudwatch, name, state)
    return name


def turn(cloudwatch: Any, name: str, state: str) -> None:
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def composite(cloudwatch: Any, name: str, rule: str, **more: Any) -> None:
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, **more)


def shown(cloudwatch: Any, name: str) -> dict[str, Any]:
    found = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    (alarm,) = found["CompositeAlarms"]
    return dict(alarm)


def error_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call()
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def test_the_state_follows_the_alarms_of_the_rule(cloudwatch: Any) -> None:
    for name in ("cpu", "disk", "deploying"):
        child(cloudwatch, name)
    composite(cloudwatch, "noise", "(ALARM(cpu) OR ALARM(disk)) AND NOT ALARM(deploying)")
    assert shown(cloudwatch, "noise")["StateValue"] == "OK"
    turn(cloudwatch, "disk", "ALARM")
    found = shown(cloudwatch, "noise")
    assert found["StateValue"] == "ALARM"
    assert f"{ARN}disk transitioned to ALARM at" in found["StateReason"]
    (trigger,) = json.loads(found["StateReasonData"])["triggeringAlarms"]
    assert (trigger["arn"], trigger["state"]["value"]) == (f"{ARN}disk", "ALARM")
    turn(cloudwatch, "deploying", "ALARM")
    assert shown(cloudwatch, "noise")["StateValue"] == "OK"


def test_a_rule_may_name_composite_alarms_and_arns(cloudwatch: Any) -> None:
    child(cloudwatch, "lowest one")
    composite(cloudwatch, "middle", 'INSUFFICIENT_DATA("lowest one")')
    composite(cloudwatch, "top", f"OK({ARN}middle)")
    assert shown(cloudwatch, "top")["StateValue"] == "ALARM"
    turn(cloudwatch, "lowest one", "INSUFFICIENT_DATA")
    assert shown(cloudwatch, "middle")["StateValue"] == "ALARM"
    assert shown(cloudwatch, "top")["StateValue"] == "OK"


def test_a_composite_alarm_follows_a_metric(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName="depth",
        Namespace="Composite",
        MetricName="depth",
        Statistic="Maximum",
        Period=10,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
    )
    composite(cloudwatch, "too-deep", "ALARM(depth)")
    cloudwatch.put_metric_data(
        Namespace="Composite", MetricData=[{"MetricName": "depth", "Value": 9}]
    )
    eventually(lambda: shown(cloudwatch, "too-deep")["StateValue"] == "ALARM")


def test_a_change_tells_a_topic(cloud: Any, cloudwatch: Any) -> None:
    topic = cloud.client("sns").create_topic(Name="composite-topic")["TopicArn"]
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="composite-queue")["QueueUrl"]
    queue = "arn:aws:sqs:us-east-1:123456789012:composite-queue"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    child(cloudwatch, "told")
    composite(cloudwatch, "telling", "ALARM(told)", AlarmActions=[topic], AlarmDescription="words")
    turn(cloudwatch, "told", "ALARM")
    (message,) = eventually(
        lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages")
    )
    sent = json.loads(message["Body"])
    told = json.loads(sent["Message"])
    assert sent["Subject"] == 'ALARM: "telling" in us-east-1'
    assert (told["AlarmRule"], told["AlarmDescription"]) == ("ALARM(told)", "words")
    assert (told["OldStateValue"], told["NewStateValue"]) == ("OK", "ALARM")
    assert told["TriggeringChildren"][0]["Arn"] == f"{ARN}told"


def test_disabled_actions_are_not_taken(cloud: Any, cloudwatch: Any) -> None:
    child(cloudwatch, "quiet-child")
    composite(cloudwatch, "quiet", "ALARM(quiet-child)")
    cloudwatch.disable_alarm_actions(AlarmNames=["quiet"])
    assert shown(cloudwatch, "quiet")["ActionsEnabled"] is False
    cloudwatch.enable_alarm_actions(AlarmNames=["quiet"])
    assert shown(cloudwatch, "quiet")["ActionsEnabled"] is True


def test_composite_alarms_are_described_when_they_are_asked_for(cloudwatch: Any) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html"""
    for name in ("types-a", "types-b"):
        child(cloudwatch, name)
    composite(cloudwatch, "types-both", "ALARM(types-a) AND ALARM(types-b)")
    found = cloudwatch.describe_alarms(AlarmNamePrefix="types-")
    assert [each["AlarmName"] for each in found["MetricAlarms"]] == ["types-a", "types-b"]
    assert found["CompositeAlarms"] == []
    both = ["MetricAlarm", "CompositeAlarm"]
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix="types-", AlarmTypes=both, PaginationConfig={"PageSize": 2}
    )
    sizes = [(len(each["MetricAlarms"]), len(each["CompositeAlarms"])) for each in pages]
    assert sizes == [(2, 0), (0, 1)]
    alarm = shown(cloudwatch, "types-both")
    assert alarm["AlarmArn"] == f"{ARN}types-both"
    assert alarm["AlarmRule"] == "ALARM(types-a) AND ALARM(types-b)"
    children = cloudwatch.describe_alarms(ChildrenOfAlarmName="types-both")["MetricAlarms"]
    assert [each["AlarmName"] for each in children] == ["types-a", "types-b"]
    assert set(children[0]) == {"AlarmName", "AlarmArn", "StateValue", "StateUpdatedTimestamp"}
    parents = cloudwatch.describe_alarms(ParentsOfAlarmName="types-a")["CompositeAlarms"]
    assert parents == [{"AlarmName": "types-both", "AlarmArn": f"{ARN}types-both"}]
    wrong = error_of(
        lambda: cloudwatch.describe_alarms(ParentsOfAlarmName="types-a", StateValue="OK")
    )
    assert wrong[0] == "ValidationError"


def test_an_alarm_in_use_cannot_be_deleted(cloudwatch: Any) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html"""
    for name in ("used-a", "used-b"):
        child(cloudwatch, name)
    composite(cloudwatch, "user", "ALARM(used-a) OR ALARM(used-b)")
    assert error_of(lambda: cloudwatch.delete_alarms(AlarmNames=["used-a"])) == (
        "ValidationError",
        "Cannot delete used-a as there are composite alarm(s) depending on it.",
    )
    _, text = error_of(lambda: cloudwatch.delete_alarms(AlarmNames=["used-a", "used-b"]))
    assert text == (
        "Cannot delete used-a,used-b as there are composite alarm(s) depending on them."
    )
    composite(cloudwatch, "second", "TRUE")
    assert error_of(lambda: cloudwatch.delete_alarms(AlarmNames=["user", "second"]))[0] == (
        "ValidationError"
    )
    cloudwatch.delete_alarms(AlarmNames=["user", "nobody"])
    cloudwatch.delete_alarms(AlarmNames=["used-a", "used-b"])
    assert cloudwatch.describe_alarms(AlarmNamePrefix="used-")["MetricAlarms"] == []


def test_a_cycle_is_kept_but_not_evaluated(cloudwatch: Any) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html"""
    child(cloudwatch, "cycle-child")
    composite(cloudwatch, "cycle-a", "ALARM(cycle-child)")
    composite(cloudwatch, "cycle-b", "ALARM(cycle-a)")
    composite(cloudwatch, "cycle-a", "ALARM(cycle-b) OR ALARM(cycle-child)")
    turn(cloudwatch, "cycle-child", "ALARM")
    assert shown(cloudwatch, "cycle-a")["StateValue"] == "OK"
    for name in ("cycle-a", "cycle-b"):
        code, text = error_of(lambda name=name: cloudwatch.delete_alarms(AlarmNames=[name]))  # type: ignore[misc]
        assert (code, name in text) == ("ValidationError", True)
    composite(cloudwatch, "cycle-a", "FALSE")
    for name in ("cycle-b", "cycle-a"):
        cloudwatch.delete_alarms(AlarmNames=[name])


def test_a_rule_needs_alarms_that_exist(cloudwatch: Any) -> None:
    assert error_of(lambda: composite(cloudwatch, "lost", "ALARM(nowhere) OR OK(neither)")) == (
        "ValidationError",
        "Could not save the composite alarm as alarms [nowhere, neither] in the alarm rule do not "
        "exist",
    )
    assert error_of(lambda: composite(cloudwatch, "itself", "ALARM(itself)"))[0] == (
        "ValidationError"
    )
    assert error_of(lambda: composite(cloudwatch, "wrong", "ALARM(a) AND"))[0] == "ValidationError"


def test_what_is_not_done_is_refused_by_name(cloudwatch: Any) -> None:
    suppressed = error_of(
        lambda: composite(cloudwatch, "suppressed", "TRUE", ActionsSuppressor="other")
    )
    assert suppressed[0] == "NotImplementedByOrderlab"
    assert "ActionsSuppressor" in suppressed[1]


def test_rules_of_many_alarms_settle_at_once(cloudwatch: Any) -> None:
    child(cloudwatch, "many-0")
    for number in range(1, 40):
        composite(cloudwatch, f"many-{number}", f"ALARM(many-{number - 1})")
    turn(cloudwatch, "many-0", "ALARM")
    assert shown(cloudwatch, "many-39")["StateValue"] == "ALARM"
