"""What DescribeAlarmHistory tells of alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def cloudwatch(cloud: Any) -> Any:
    return cloud.client("cloudwatch")


def make(cloudwatch: Any, **more: Any) -> str:
    name = f"alarm-{uuid.uuid4().hex[:8]}"
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace="Shop", MetricName=name, Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="ignore", **more,
    )  # fmt: skip
    return name


def history(cloudwatch: Any, name: str, **more: Any) -> list[dict[str, Any]]:
    found = cloudwatch.describe_alarm_history(AlarmName=name, **more)["AlarmHistoryItems"]
    return list(found)


def test_an_alarm_is_made_changes_its_state_and_is_deleted(cloudwatch: Any) -> None:
    name = make(cloudwatch)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="tried")
    cloudwatch.delete_alarms(AlarmNames=[name])
    found = history(cloudwatch, name)
    assert [each["HistorySummary"] for each in found] == [
        f'Alarm "{name}" deleted',
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        f'Alarm "{name}" created',
    ]
    assert {each["AlarmType"] for each in found} == {"MetricAlarm"}
    changed = json.loads(found[1]["HistoryData"])
    assert changed["oldState"]["stateValue"] == "INSUFFICIENT_DATA"
    assert changed["newState"] == {"stateValue": "ALARM", "stateReason": "tried"}
    assert datetime.now(UTC) - found[1]["Timestamp"] < timedelta(minutes=1)


def test_actions_are_told_with_what_became_of_them(cloud: Any, cloudwatch: Any) -> None:
    topic = cloud.client("sns").create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"]
    gone = f"{topic}-gone"
    name = make(cloudwatch, AlarmActions=[topic, gone])
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="tried")
    found = history(cloudwatch, name, HistoryItemType="Action", ScanBy="TimestampAscending")
    assert [each["HistorySummary"] for each in found] == [
        f"Successfully executed action {topic}",
        f"Failed to execute action {gone}",
    ]


def test_composite_alarms_are_shown_when_they_are_asked_for(cloudwatch: Any) -> None:
    name = make(cloudwatch)
    composite = f"{name}-all"
    cloudwatch.put_composite_alarm(AlarmName=composite, AlarmRule=f"ALARM({name})")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="tried")
    names = {
        kind: {
            each["AlarmName"]
            for each in cloudwatch.describe_alarm_history(**given)["AlarmHistoryItems"]
        }
        for kind, given in (
            ("default", {}),
            ("composite", {"AlarmTypes": ["CompositeAlarm"]}),
        )
    }
    assert name in names["default"] and composite not in names["default"]
    assert composite in names["composite"] and name not in names["composite"]


def test_it_comes_in_pages_and_between_dates(cloudwatch: Any) -> None:
    name = make(cloudwatch)
    for state in ("ALARM", "OK", "ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="tried")
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=name, PaginationConfig={"PageSize": 2}
    )
    sizes = [len(page["AlarmHistoryItems"]) for page in pages]
    assert sizes == [2, 2, 1]
    past = datetime.now(UTC) - timedelta(hours=1)
    assert history(cloudwatch, name, EndDate=past) == []
    assert len(history(cloudwatch, name, StartDate=past)) == 5


def test_what_is_asked_wrongly_is_refused(cloudwatch: Any) -> None:
    for given in ({"MaxRecords": 101}, {"HistoryItemType": "Other"}, {"NextToken": "?"}):
        with pytest.raises(ClientError) as raised:
            cloudwatch.describe_alarm_history(**given)
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
