"""What one call or alarm may ask of CloudWatch, and that nobody else notices.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def cloudwatch(cloud: Any) -> Any:
    return cloud.client("cloudwatch", parameter_validation=False)


def error(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    found = caught.value.response["Error"]
    return found["Code"], found["Message"]


def stat(identifier: str, period: int = 60, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent"}
    return {
        "Id": identifier,
        "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"},
        **more,
    }


def ask(cloudwatch: Any, *queries: dict[str, Any], start: datetime = LONG_AGO, **more: Any) -> Any:
    return cloudwatch.get_metric_data(
        StartTime=start, EndTime=datetime.now(UTC), MetricDataQueries=list(queries), **more
    )


def test_a_range_goes_back_as_far_as_points_are_kept(cloud: Any, cloudwatch: Any) -> None:
    fill = {"Id": "e", "Expression": "FILL(m, 0)"}
    with bystander(cloud):
        for period, days in ((1, 3 / 24), (60, 15), (300, 63), (3600, 455)):
            answer = ask(cloudwatch, stat("m", period, ReturnData=False), fill)
            times = answer["MetricDataResults"][0]["Timestamps"]
            expected = days * 24 * 3600 / period
            assert expected <= len(times) <= expected + 60 / min(period, 60) + 2
            assert times[0] > times[-1]


def test_points_come_in_pages(cloudwatch: Any) -> None:
    queries = [stat("m", ReturnData=False)]
    queries += [{"Id": f"e{i}", "Expression": f"FILL(m, {i})"} for i in range(3)]
    start = datetime.now(UTC) - timedelta(minutes=100)
    whole = ask(cloudwatch, *queries, start=start)
    assert "NextToken" not in whole
    found: dict[str, list[float]] = {}
    token: dict[str, str] = {}
    pages = 0
    while True:
        page = ask(cloudwatch, *queries, start=start, MaxDatapoints=70, **token)
        assert sum(len(each["Values"]) for each in page["MetricDataResults"]) <= 70
        for each in page["MetricDataResults"]:
            found.setdefault(each["Id"], []).extend(each["Values"])
        pages += 1
        if "NextToken" not in page:
            break
        assert page["MetricDataResults"][-1]["StatusCode"] in ("PartialData", "Complete")
        token = {"NextToken": page["NextToken"]}
    assert pages == 5
    assert {name: set(values) for name, values in found.items()} == {
        "e0": {0},
        "e1": {1},
        "e2": {2},
    }
    assert all(101 <= len(values) <= 102 for values in found.values())


def test_too_many_points_at_once_are_throttled(cloud: Any, cloudwatch: Any) -> None:
    many = [stat(f"m{i}") for i in range(400)]
    with bystander(cloud):
        assert error(lambda: ask(cloudwatch, *many)) == ("Throttling", "Rate exceeded")
        sums = {"Id": "e", "Expression": "+".join(["FILL(m0, 1)"] * 150)}
        assert error(lambda: ask(cloudwatch, many[0], sums, *many[1:10]))[0] == "Throttling"


def test_long_arithmetic_keeps_nobody_waiting(cloud: Any, cloudwatch: Any) -> None:
    term = "+".join(["FILL(m, 1)"] * 40)
    with bystander(cloud):
        answer = ask(cloudwatch, stat("m", ReturnData=False), {"Id": "e", "Expression": term})
    assert set(answer["MetricDataResults"][0]["Values"]) == {40}


@pytest.mark.parametrize(
    "expression",
    [
        "1/0",
        "FILL(m, 1/0)",
        "FILL(m, 0) / 0",
        "10^400",
        "1e308 * 10",
        "0 - 1e400",
        "(0-8)^0.5",
        "IF(1/0, 1, 2)",
        "1/0 > 1",
        "MAX(m)",
        "AVG(m) + 1",
        "SUM(METRICS()) / 0",
    ],
)
def test_what_is_no_number_is_no_point(cloudwatch: Any, expression: str) -> None:
    start = datetime.now(UTC) - timedelta(minutes=10)
    hidden = stat("m", ReturnData=False)
    hidden["MetricStat"]["Metric"]["MetricName"] = "Nothing"
    answer = ask(cloudwatch, hidden, {"Id": "e", "Expression": expression}, start=start)
    assert answer["MetricDataResults"][0]["Values"] == []


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 500 + "m" + ")" * 500,
        "-" * 1500 + "m",
        "FILL(" * 300 + "m" + ", 0)" * 300,
        "m+" * 1500 + "m",
        "[" * 1000,
        "9" * 2048,
    ],
)
def test_expressions_that_are_nested_too_deeply_are_refused(
    cloud: Any, cloudwatch: Any, expression: str
) -> None:
    start = datetime.now(UTC) - timedelta(minutes=10)
    query = {"Id": "e", "Expression": expression}
    with bystander(cloud):
        try:
            ask(cloudwatch, stat("m"), query, start=start)
        except ClientError as refused:
            assert refused.response["Error"]["Code"] == "ValidationError"


def test_chains_of_expressions_are_followed_or_refused(cloud: Any, cloudwatch: Any) -> None:
    start = datetime.now(UTC) - timedelta(minutes=10)
    chain = [{"Id": f"e{i}", "Expression": f"e{i + 1} + 1"} for i in range(450)]
    with bystander(cloud):
        code, _ = error(lambda: ask(cloudwatch, *chain, stat("e450"), start=start))
        assert code == "ValidationError"
        crossed = [{"Id": f"e{i}", "Expression": f"SUM(METRICS()) + {i}"} for i in range(200)]
        metrics = [stat(f"m{i}") for i in range(200)]
        ask(cloudwatch, *crossed, *metrics, start=start)


def test_statistics_have_limits_of_their_own(cloudwatch: Any) -> None:
    now = datetime.now(UTC)

    def asked(**more: Any) -> Callable[[], Any]:
        given = {
            "Namespace": "AWS/SQS",
            "MetricName": "m",
            "StartTime": now - timedelta(days=1),
            "EndTime": now,
            "Period": 60,
            "Statistics": ["Sum"],
            **more,
        }
        return lambda: cloudwatch.get_metric_statistics(**given)

    asked()()
    code, text = error(asked(StartTime=now - timedelta(days=2)))
    assert code == "InvalidParameterCombination"
    assert text == (
        "You have requested up to 2,880 datapoints, which exceeds the limit of 1,440. You may "
        "reduce the datapoints requested by increasing Period, or decreasing the time range."
    )
    assert error(asked(Statistics=["Sum"] * 6))[0] == "ValidationError"
    assert error(asked(Statistics=[], ExtendedStatistics=["p1"] * 11))[0] == "ValidationError"
    for period in (0, -60, 61, 2, 1e300):
        assert error(asked(Period=period))[0] == "InvalidParameterValue"


def test_what_is_put_is_within_the_limits(cloudwatch: Any) -> None:
    def put(**datum: Any) -> Callable[[], Any]:
        value = {} if {"Values", "StatisticValues"} & datum.keys() else {"Value": 1}
        given = [{"MetricName": "m", **value, **datum}]
        return lambda: cloudwatch.put_metric_data(Namespace="Limits", MetricData=given)

    now = datetime.now(UTC)
    one = {"SampleCount": 1, "Sum": 1, "Minimum": 1, "Maximum": 1}
    wrong = {
        "InvalidParameterValue": [
            put(Value=1e200),
            put(Value=-(2.0**361)),
            put(Values=[1], Counts=[1e200]),
            put(StatisticValues={"SampleCount": 1, "Sum": 1e300, "Minimum": 1, "Maximum": 1}),
            put(Unit="Parsecs"),
            put(Timestamp=now + timedelta(hours=3)),
        ],
        "InvalidParameterCombination": [
            put(Value=1, Values=[1]),
            put(Values=[1], StatisticValues=one),
            put(Value=0, StatisticValues=one),
        ],
        "ValidationError": [
            put(Values=[1] * 151),
            put(Dimensions=[{"Name": f"d{i}", "Value": "v"} for i in range(31)]),
        ],
    }
    for code, calls in wrong.items():
        for call in calls:
            assert error(call)[0] == code
    assert error(put(Timestamp=now - timedelta(days=15))) == (
        "InvalidParameterValue",
        "The parameter MetricData.member.1.Timestamp must specify a time within the past two "
        "weeks.",
    )
    put(Value=2.0**360)()
    put(Timestamp=now - timedelta(days=13))()
    many = [{"MetricName": "m", "Value": 1}] * 1001
    with pytest.raises(ClientError):
        cloudwatch.put_metric_data(Namespace="Limits", MetricData=many)


def test_the_largest_call_keeps_nobody_waiting(cloud: Any, cloudwatch: Any) -> None:
    values = {"Values": list(range(150)), "Counts": [10_000] * 150}
    data = [{"MetricName": f"m{i % 7}", **values} for i in range(1000)]
    with bystander(cloud):
        cloudwatch.put_metric_data(Namespace="Largest", MetricData=data)
    now = datetime.now(UTC)
    found = cloudwatch.get_metric_statistics(
        Namespace="Largest",
        MetricName="m0",
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["SampleCount", "Maximum"],
        ExtendedStatistics=["p50"],
    )["Datapoints"]
    assert sum(point["SampleCount"] for point in found) == 143 * 150 * 10_000
    assert 30 < found[0]["ExtendedStatistics"]["p50"] < 120


ALARM = {
    "Namespace": "AlarmLimits",
    "MetricName": "m",
    "Statistic": "Sum",
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


@pytest.mark.parametrize(
    ("settings", "code", "text"),
    [
        (
            {"Period": 60, "EvaluationPeriods": 1441},
            "ValidationError",
            "Metrics cannot be checked across more than a day "
            "(EvaluationPeriods * Period must be <= 86400).",
        ),
        (
            {"Period": 3600, "EvaluationPeriods": 169},
            "ValidationError",
            "Metrics cannot be checked across more than seven days "
            "(EvaluationPeriods * Period must be <= 604800).",
        ),
        ({"Period": 60, "EvaluationPeriods": 2_000_000}, "ValidationError", "Metrics cannot"),
        ({"Period": 60, "EvaluationPeriods": 1e300}, "ValidationError", "Metrics cannot"),
        ({"Period": 60, "EvaluationPeriods": 0}, "InvalidParameterValue", "The parameter"),
        ({"Period": 5, "EvaluationPeriods": 1}, "InvalidParameterValue", "The parameter Period"),
        (
            {"Period": 60, "EvaluationPeriods": 2, "DatapointsToAlarm": 3},
            "ValidationError",
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods",
        ),
    ],
)
def test_an_alarm_looks_back_for_so_long(
    cloudwatch: Any, settings: dict[str, Any], code: str, text: str
) -> None:
    found = error(lambda: cloudwatch.put_metric_alarm(AlarmName="long", **ALARM, **settings))
    assert found[0] == code and found[1].startswith(text)


def test_an_alarm_on_an_expression_looks_back_no_longer(cloudwatch: Any) -> None:
    metrics = [stat("m", ReturnData=False), {"Id": "e", "Expression": "m + 1"}]
    given = {
        "AlarmName": "expression",
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 2_000_000,
        "Metrics": metrics,
    }
    assert error(lambda: cloudwatch.put_metric_alarm(**given))[0] == "ValidationError"


def test_many_alarms_over_long_times_keep_nobody_waiting(own_cloud: Any) -> None:
    with own_cloud() as cloud:
        cloudwatch = cloud.client("cloudwatch")
        now = time.time()
        for start in range(0, 10_000, 1000):
            data = [
                {"MetricName": "m", "Value": 1, "Timestamp": now - start - i} for i in range(1000)
            ]
            cloudwatch.put_metric_data(Namespace="AlarmLimits", MetricData=data)
        with bystander(cloud) as seen:
            for i in range(60):
                cloudwatch.put_metric_alarm(
                    AlarmName=f"a{i:03d}", Period=10, EvaluationPeriods=8640, **ALARM
                )
            term = {"Id": "e", "Expression": "+".join(["FILL(m, 1)"] * 50)}
            for i in range(5):
                cloudwatch.put_metric_alarm(
                    AlarmName=f"e{i:03d}",
                    Threshold=1.0,
                    ComparisonOperator="LessThanThreshold",
                    EvaluationPeriods=1440,
                    Metrics=[stat("m", ReturnData=False), term],
                )
            before = len(seen.waits)
            while len(seen.waits) < before + 50:
                time.sleep(0.05)
        pages = cloudwatch.get_paginator("describe_alarms").paginate()
        names = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]
        assert len(names) == 65
        assert len(cloudwatch.describe_alarms()["MetricAlarms"]) == 50


def test_embedded_metrics_are_added_only_where_they_keep_to_the_format(cloud: Any) -> None:
    logs, cloudwatch = cloud.client("logs"), cloud.client("cloudwatch")
    logs.create_log_group(logGroupName="/odd/metrics")
    logs.create_log_stream(logGroupName="/odd/metrics", logStreamName="s")
    now = int(time.time() * 1000)

    def event(document: Any = None, **more: Any) -> str:
        directive = {"Namespace": "Odd", "Dimensions": [["d"]], "Metrics": [{"Name": "m"}]}
        metadata = {"Timestamp": now, "CloudWatchMetrics": [directive | more.pop("directive", {})]}
        whole = {"_aws": metadata | more.pop("metadata", {}), "d": "v", "m": 1, **more}
        return json.dumps(whole if document is None else document)

    odd = [
        event(m=1e300),
        event(m=float("inf")),
        event(m=float("nan")),
        event(m="text"),
        event(m=True),
        event(m=[1] * 101),
        event(m=10**400),
        event(d={"nested": []}),
        event(d=5),
        event(metadata={"Timestamp": 1e308}),
        event(metadata={"Timestamp": 0}),
        event(metadata={"Timestamp": "x"}),
        event(metadata={"CloudWatchMetrics": {"a": 1}}),
        event(directive={"Metrics": [{"Name": f"m{i}"} for i in range(101)]}),
        event(directive={"Metrics": [{"Name": ["m"]}]}),
        event(directive={"Namespace": {"a": 1}}),
        event(directive={"Dimensions": [["d"]] * 30_000}),
        event(directive={"Dimensions": [["missing"]]}),
        event({"_aws": [[[[]]]]}),
        '{"_aws": ' + "[" * 5000,
        '{"_aws": ' + "9" * 5000 + "}",
        '{"_aws": {"CloudWatchMetrics": [' + ("{}," * 10_000) + "1]}}",
    ]
    with bystander(cloud):
        for message in odd:
            logs.put_log_events(
                logGroupName="/odd/metrics",
                logStreamName="s",
                logEvents=[{"timestamp": now, "message": message}],
            )
    assert cloudwatch.list_metrics(Namespace="Odd")["Metrics"] == []
    logs.put_log_events(
        logGroupName="/odd/metrics",
        logStreamName="s",
        logEvents=[{"timestamp": now, "message": event(m=[1, 2])}],
    )
    assert len(cloudwatch.list_metrics(Namespace="Odd")["Metrics"]) == 1
