"""Metric filters: metrics from the events of a log group, through CloudWatch's APIs.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander
from tests.cloud.functions_support import Lambda

NAMESPACE = "Filtered"


@pytest.fixture(scope="module")
def logs(cloud: Any) -> Any:
    return cloud.client("logs")


@pytest.fixture(scope="module")
def cloudwatch(cloud: Any) -> Any:
    return cloud.client("cloudwatch")


@pytest.fixture
def group(logs: Any, request: pytest.FixtureRequest) -> str:
    """A log group of the test's own, with one stream, `s`."""
    name = "/filters/" + re.sub(r"\W+", "-", request.node.name)
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    return name


def filtered(logs: Any, group: str, pattern: str, **transformation: Any) -> str:
    """Make a filter whose metric has the name of the group."""
    name = group.rpartition("/")[2]
    wanted = {"metricName": name, "metricNamespace": NAMESPACE, "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName=group,
        filterName=f"filter-{name}",
        filterPattern=pattern,
        metricTransformations=[wanted | transformation],
    )
    return name


def put(logs: Any, group: str, *messages: str | dict[str, Any]) -> None:
    now = int(time.time() * 1000)
    texts = [each if isinstance(each, str) else json.dumps(each) for each in messages]
    logs.put_log_events(
        logGroupName=group,
        logStreamName="s",
        logEvents=[{"timestamp": now, "message": text} for text in texts],
    )


def statistics(cloudwatch: Any, name: str, count: int, **dimensions: str) -> dict[str, Any]:
    """The metric's statistics once it has that many values."""
    until = time.monotonic() + 10
    while True:
        now = datetime.now(UTC)
        found = cloudwatch.get_metric_statistics(
            Namespace=NAMESPACE,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=7200,
            Statistics=["Sum", "SampleCount", "Maximum", "Minimum"],
        )["Datapoints"]
        if sum(each["SampleCount"] for each in found) >= count:
            (point,) = found
            return dict(point)
        assert time.monotonic() < until, found
        time.sleep(0.05)


def error_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call()
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def test_matching_events_are_counted_from_the_filter_on(
    logs: Any, cloudwatch: Any, group: str
) -> None:
    put(logs, group, "ERROR before the filter")
    name = filtered(logs, group, "ERROR", unit="Count")
    put(logs, group, "ERROR one", "INFO two", "an ERROR three")
    put(logs, group, "ERROR four")
    found = statistics(cloudwatch, name, 3)
    assert (found["Sum"], found["SampleCount"], found["Unit"]) == (3, 3, "Count")


def test_the_value_is_read_from_a_field_of_a_json_event(
    logs: Any, cloudwatch: Any, group: str
) -> None:
    name = filtered(
        logs, group, "{ $.order.total > 0 }", metricValue="$.order.total", unit="Milliseconds"
    )
    put(
        logs,
        group,
        {"order": {"total": 12.5}},
        {"order": {"total": "7.5"}},
        {"order": {"total": -1}},
        "no JSON",
    )
    found = statistics(cloudwatch, name, 2)
    assert (found["Sum"], found["Maximum"], found["SampleCount"]) == (20, 12.5, 2)


def test_an_event_without_the_field_adds_nothing(logs: Any, cloudwatch: Any, group: str) -> None:
    name = filtered(logs, group, '{ $.kind = "order" }', metricValue="$.total")
    put(logs, group, {"kind": "order"}, {"kind": "order", "total": "much"})
    put(logs, group, {"kind": "order", "total": 3})
    assert statistics(cloudwatch, name, 1)["SampleCount"] == 1


def test_the_value_is_read_from_a_field_between_spaces(
    logs: Any, cloudwatch: Any, group: str
) -> None:
    name = filtered(logs, group, "[ip, ..., status = 4*, size > 0]", metricValue="$size")
    put(
        logs,
        group,
        '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
        '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 200 99',
    )
    found = statistics(cloudwatch, name, 1)
    assert (found["Sum"], found["SampleCount"]) == (1534, 1)


def test_dimensions_come_from_fields(logs: Any, cloudwatch: Any, group: str) -> None:
    name = filtered(
        logs,
        group,
        '{ $.level = "ERROR" }',
        dimensions={"Service": "$.service", "Zone": "$.where.zone"},
    )
    put(
        logs,
        group,
        {"level": "ERROR", "service": "pay", "where": {"zone": "a"}},
        {"level": "ERROR", "service": "pay", "where": {"zone": "a"}},
        {"level": "ERROR", "service": "ship", "where": {"zone": "b"}},
    )
    assert statistics(cloudwatch, name, 2, Service="pay", Zone="a")["Sum"] == 2
    assert statistics(cloudwatch, name, 1, Service="ship", Zone="b")["Sum"] == 1


def test_the_default_value_stands_for_events_that_do_not_match(
    logs: Any, cloudwatch: Any, group: str
) -> None:
    name = filtered(logs, group, "ERROR", defaultValue=0)
    put(logs, group, "INFO nothing matches")
    found = statistics(cloudwatch, name, 1)
    assert (found["Sum"], found["Maximum"]) == (0, 0)


def test_the_log_of_a_function_is_filtered_too(cloud: Any, logs: Any, cloudwatch: Any) -> None:
    function = "metric-filter-function"
    logs.create_log_group(logGroupName=f"/aws/lambda/{function}")
    filtered(logs, f"/aws/lambda/{function}", '"[ERROR]"')
    functions = Lambda(cloud)
    functions.make(
        "import logging\ndef handler(event, context):\n    logging.error('lost')\n",
        FunctionName=function,
    )
    functions.invoke(function)
    assert statistics(cloudwatch, function, 1)["Sum"] == 1


def test_an_alarm_watches_the_metric_of_a_filter(logs: Any, cloudwatch: Any, group: str) -> None:
    name = filtered(logs, group, "ERROR")
    cloudwatch.put_metric_alarm(
        AlarmName=f"alarm-{name}",
        Namespace=NAMESPACE,
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    put(logs, group, "ERROR")
    until = time.monotonic() + 15
    while True:
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=[f"alarm-{name}"])["MetricAlarms"]
        if alarm["StateValue"] == "ALARM":
            break
        assert time.monotonic() < until, alarm
        time.sleep(0.1)


def test_filters_are_described_and_deleted(logs: Any, group: str) -> None:
    name = filtered(logs, group, "ERROR", defaultValue=0, unit="Count")
    (found,) = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    assert (found["filterName"], found["filterPattern"]) == (f"filter-{name}", "ERROR")
    assert found["logGroupName"] == group
    assert found["metricTransformations"] == [
        {
            "metricName": name,
            "metricNamespace": NAMESPACE,
            "metricValue": "1",
            "defaultValue": 0.0,
            "unit": "Count",
        }
    ]
    by_metric = logs.describe_metric_filters(metricName=name, metricNamespace=NAMESPACE)
    assert [each["filterName"] for each in by_metric["metricFilters"]] == [f"filter-{name}"]
    assert (
        logs.describe_metric_filters(logGroupName=group, filterNamePrefix="other")["metricFilters"]
        == []
    )
    assert (
        logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["metricFilterCount"] == 1
    )
    logs.delete_metric_filter(logGroupName=group, filterName=f"filter-{name}")
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []
    code, text = error_of(
        lambda: logs.delete_metric_filter(logGroupName=group, filterName=f"filter-{name}")
    )
    assert (code, text) == (
        "ResourceNotFoundException",
        "The specified metric filter does not exist.",
    )


def test_a_filter_that_is_put_again_is_replaced(logs: Any, cloudwatch: Any, group: str) -> None:
    filtered(logs, group, "ERROR")
    name = filtered(logs, group, "FATAL", metricValue="5")
    put(logs, group, "ERROR", "FATAL")
    assert statistics(cloudwatch, name, 1)["Sum"] == 5
    assert len(logs.describe_metric_filters(logGroupName=group)["metricFilters"]) == 1


def test_a_group_has_at_most_a_hundred_filters(logs: Any, group: str) -> None:
    def another(number: int) -> None:
        logs.put_metric_filter(
            logGroupName=group,
            filterName=f"f{number:03d}",
            filterPattern="ERROR",
            metricTransformations=[
                {"metricName": "m", "metricNamespace": NAMESPACE, "metricValue": "1"}
            ],
        )

    for number in range(100):
        another(number)
    assert error_of(lambda: another(100))[0] == "LimitExceededException"
    another(7)
    pages = logs.get_paginator("describe_metric_filters").paginate(logGroupName=group)
    names = [each["filterName"] for page in pages for each in page["metricFilters"]]
    assert names == [f"f{number:03d}" for number in range(100)]


@pytest.mark.parametrize(
    ("pattern", "message", "values"),
    [
        ("ERROR", "an ERROR", {}),
        (
            '{ $.eventType = "Update*" }',
            '{"eventType": "UpdateTrail"}',
            {"$.eventType": "UpdateTrail"},
        ),
        ("[ip, user, size > 10]", "::1 frank 12", {"$ip": "::1", "$user": "frank", "$size": "12"}),
        ("[ip, ..., size]", "::1 a b 12", {"$ip": "::1", "$2": "a", "$3": "b", "$size": "12"}),
    ],
)
def test_a_pattern_is_tried_on_messages(
    logs: Any, pattern: str, message: str, values: dict[str, str]
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html"""
    found = logs.test_metric_filter(filterPattern=pattern, logEventMessages=["nothing", message])
    assert found["matches"] == [
        {"eventNumber": 2, "eventMessage": message, "extractedValues": values}
    ]


@pytest.mark.parametrize(
    ("pattern", "transformation", "text"),
    [
        ("ERROR", {"dimensions": {"A": "$.a"}}, "The specified filter pattern does not support"),
        ("{ $.a = 1 }", {"dimensions": {"A": "$.a"}, "defaultValue": 0}, "mutually exclusive"),
        ("{ $.a = 1 }", {"dimensions": {each: "$.a" for each in "ABCD"}}, "dimensions"),
        ("ERROR", {"metricValue": "many"}, "metricValue"),
        ("{ $.a = }", {}, "Invalid filter pattern"),
        ("ERROR", {"metricName": "a:b"}, "regular expression pattern"),
        ("ERROR", {"unit": "Orders"}, "enum value set"),
    ],
)
def test_a_wrong_filter_is_refused(
    logs: Any, group: str, pattern: str, transformation: dict[str, Any], text: str
) -> None:
    code, message = error_of(lambda: filtered(logs, group, pattern, **transformation))
    assert code == "InvalidParameterException"
    assert text in message


def test_a_filter_of_a_missing_group_is_refused(logs: Any) -> None:
    assert error_of(lambda: filtered(logs, "/filters/none", ""))[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "more",
    [
        {"applyOnTransformedLogs": True},
        {"fieldSelectionCriteria": '@aws.account = "123456789012"'},
        {"emitSystemFieldDimensions": ["@aws.account"]},
    ],
)
def test_what_is_not_done_is_refused_by_name(logs: Any, group: str, more: dict[str, Any]) -> None:
    code, text = error_of(
        lambda: logs.put_metric_filter(
            logGroupName=group,
            filterName="f",
            filterPattern="",
            metricTransformations=[
                {"metricName": "m", "metricNamespace": NAMESPACE, "metricValue": "1"}
            ],
            **more,
        )
    )
    assert code == "NotImplementedByOrderlab"
    assert next(iter(more)) in text


def test_many_filters_on_much_text_hold_up_nobody(cloud: Any, logs: Any, group: str) -> None:
    for number in range(50):
        logs.put_metric_filter(
            logGroupName=group,
            filterName=f"f{number}",
            filterPattern=f"%x+x+y{number}%",
            metricTransformations=[
                {"metricName": "much", "metricNamespace": NAMESPACE, "metricValue": "1"}
            ],
        )
    with bystander(cloud):
        for _ in range(3):
            put(logs, group, *["x" * 2000] * 400)
