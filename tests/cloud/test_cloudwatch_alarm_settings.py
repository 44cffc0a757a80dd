"""What PutMetricAlarm refuses, and what DescribeAlarms and its relatives give back.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmsForMetric.html
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import eventually

PLAIN = {
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
METRIC = {"Namespace": "Settings", "MetricName": "m", "Period": 60, "Statistic": "Sum"}


def query(name: str, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "Settings", "MetricName": "m"}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, **more}


@pytest.fixture(scope="module")
def cloudwatch(cloud: Any) -> Any:
    return cloud.client("cloudwatch")


def refused(cloudwatch: Any, **settings: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_metric_alarm(AlarmName="refused", **{**PLAIN, **settings})
    found = caught.value.response["Error"]
    return found["Code"], found["Message"]


@pytest.mark.parametrize(
    ("settings", "code", "text"),
    [
        (
            {**METRIC, "ExtendedStatistic": "p90"},
            "InvalidParameterCombination",
            "The parameters Statistic and ExtendedStatistic are mutually exclusive",
        ),
        (
            {**METRIC, "ComparisonOperator": "Above"},
            "ValidationError",
            "1 validation error detected: Value 'Above' at 'comparisonOperator'",
        ),
        (
            {**METRIC, "EvaluateLowSampleCountPercentile": "maybe"},
            "InvalidParameterValue",
            "The value maybe for parameter EvaluateLowSampleCountPercentile is invalid.",
        ),
        (
            {"MetricName": "m", "Metrics": [query("m")]},
            "InvalidParameterCombination",
            "The parameters MetricName and Metrics are mutually exclusive",
        ),
        (
            {"Metrics": [query("m"), {"Id": "e", "Expression": "m * 2"}]},
            "ValidationError",
            "Exactly one element of the metrics list should return data.",
        ),
        (
            {"Metrics": [query("m", ReturnData=False)]},
            "ValidationError",
            "Exactly one element of the metrics list should return data.",
        ),
        (
            {**METRIC, "ComparisonOperator": "LessThanLowerThreshold"},
            "NotImplementedByOrderlab",
            "The local cloud does not do alarms with the comparison LessThanLowerThreshold",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    cloudwatch: Any, settings: dict[str, Any], code: str, text: str
) -> None:
    found = refused(cloudwatch, **settings)
    assert found[0] == code and found[1].startswith(text), found


def test_alarms_of_a_metric_are_those_of_all_its_dimensions(cloudwatch: Any) -> None:
    metric = {"Namespace": "Settings", "MetricName": f"m-{uuid.uuid4().hex[:8]}"}
    here = [{"Name": "shop", "Value": "here"}]
    for name, more in (
        ("plain", {"Statistic": "Sum"}),
        ("here", {"Statistic": "Sum", "Dimensions": here}),
        ("highest", {"ExtendedStatistic": "p99", "Dimensions": here}),
    ):
        cloudwatch.put_metric_alarm(
            AlarmName=f"{metric['MetricName']}-{name}", Period=60, **metric, **PLAIN, **more
        )

    def names(**more: Any) -> list[str]:
        found = cloudwatch.describe_alarms_for_metric(**metric, **more)["MetricAlarms"]
        return sorted(alarm["AlarmName"].rpartition("-")[2] for alarm in found)

    assert names() == ["plain"]
    assert names(Dimensions=here) == ["here", "highest"]
    assert names(Dimensions=here, Statistic="Sum") == ["here"]
    assert names(Dimensions=here, ExtendedStatistic="p99", Period=60) == ["highest"]
    assert names(Dimensions=here, Period=300) == []


def test_names_and_a_prefix_do_not_go_together(cloudwatch: Any) -> None:
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        cloudwatch.describe_alarms(AlarmNames=["a"], AlarmNamePrefix="a")


def test_the_reason_of_a_state_is_given_as_json_too(cloudwatch: Any) -> None:
    name = f"reason-{uuid.uuid4().hex[:8]}"
    cloudwatch.put_metric_alarm(AlarmName=name, **{**METRIC, "MetricName": name}, **PLAIN)

    def described() -> dict[str, Any]:
        return dict(cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0])

    cloudwatch.put_metric_data(
        Namespace="Settings", MetricData=[{"MetricName": name, "Value": 5.0}]
    )
    assert eventually(lambda: described()["StateValue"] == "ALARM")
    data = json.loads(described()["StateReasonData"])
    assert (data["version"], data["statistic"], data["period"]) == ("1.0", "Sum", 60)
    assert (data["recentDatapoints"], data["threshold"]) == ([5.0], 1.0)
    assert data["evaluatedDatapoints"][0]["value"] == 5.0


def test_a_reason_that_was_given_by_hand_is_given_back(cloudwatch: Any) -> None:
    name = f"by-hand-{uuid.uuid4().hex[:8]}"
    cloudwatch.put_metric_alarm(
        AlarmName=name, TreatMissingData="ignore", **{**METRIC, "MetricName": name}, **PLAIN
    )
    cloudwatch.set_alarm_state(
        AlarmName=name, StateValue="OK", StateReason="by hand", StateReasonData='{"by": "hand"}'
    )
    [found] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert (found["StateReason"], found["StateReasonData"]) == ("by hand", '{"by": "hand"}')


def test_recently_active_metrics_are_listed(cloudwatch: Any) -> None:
    name = f"recent-{uuid.uuid4().hex[:8]}"
    cloudwatch.put_metric_data(Namespace="Settings", MetricData=[{"MetricName": name, "Value": 1}])
    listed = cloudwatch.list_metrics(Namespace="Settings", MetricName=name, RecentlyActive="PT3H")[
        "Metrics"
    ]
    assert [each["MetricName"] for each in listed] == [name]
