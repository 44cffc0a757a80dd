"""CloudWatch metrics and alarms, through its API.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/working_with_metrics.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from orderlab.cloud.protocols import cbor

DIMENSIONS = [{"Name": "queue", "Value": "inbox"}]


@pytest.fixture(scope="module")
def cloudwatch(cloud: Any) -> Any:
    return cloud.client("cloudwatch")


def code(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    found: str = error.value.response["Error"]["Code"]
    return found


def minute() -> datetime:
    """The start of the last whole minute but one."""
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=2)


def put(cloudwatch: Any, name: str, *data: dict[str, Any]) -> None:
    cloudwatch.put_metric_data(
        Namespace=name,
        MetricData=[{"MetricName": "m", "Dimensions": DIMENSIONS, **d} for d in data],
    )


def statistics(cloudwatch: Any, name: str, *wanted: str, **more: Any) -> list[dict[str, Any]]:
    start = minute()
    given = {
        "Namespace": name,
        "MetricName": "m",
        "Dimensions": DIMENSIONS,
        "StartTime": start,
        "EndTime": start + timedelta(minutes=3),
        "Period": 60,
        **({"Statistics": list(wanted)} if wanted else {}),
        **more,
    }
    found = cloudwatch.get_metric_statistics(**given)["Datapoints"]
    return sorted(found, key=lambda point: point["Timestamp"])


def test_values_become_statistics(cloudwatch: Any) -> None:
    at = minute()
    put(
        cloudwatch,
        "Stats",
        {"Value": 10, "Unit": "Milliseconds", "Timestamp": at},
        {"Values": [20, 30], "Counts": [2, 1], "Timestamp": at + timedelta(seconds=59)},
        {"Value": 5, "Timestamp": at + timedelta(seconds=60)},
    )
    first, second = statistics(
        cloudwatch, "Stats", "Sum", "Average", "Minimum", "Maximum", "SampleCount"
    )
    assert first["Timestamp"] == at
    assert (first["Sum"], first["Average"], first["SampleCount"]) == (80, 20, 4)
    assert (first["Minimum"], first["Maximum"], first["Unit"]) == (10, 30, "Milliseconds")
    assert second["Sum"] == 5
    (both,) = statistics(cloudwatch, "Stats", Period=180, ExtendedStatistics=["p50", "p100"])
    assert both["ExtendedStatistics"] == {"p50": 20, "p100": 30}


def test_a_statistic_set_counts_as_its_values(cloudwatch: Any) -> None:
    given = {"SampleCount": 4, "Sum": 20, "Minimum": 1, "Maximum": 9}
    put(cloudwatch, "Sets", {"StatisticValues": given, "Timestamp": minute()})
    (found,) = statistics(cloudwatch, "Sets", "Average", "Maximum")
    assert (found["Average"], found["Maximum"]) == (5, 9)


def test_without_data_there_are_no_points(cloudwatch: Any) -> None:
    assert statistics(cloudwatch, "Nothing", "Sum") == []
    put(cloudwatch, "OtherUnit", {"Value": 1, "Unit": "Bytes"})
    assert statistics(cloudwatch, "OtherUnit", "Sum", Unit="Seconds") == []


def test_metric_data_takes_several_queries_and_expressions(cloudwatch: Any) -> None:
    at = minute()
    put(
        cloudwatch,
        "Data",
        {"Value": 10, "Timestamp": at},
        {"Value": 20, "Timestamp": at + timedelta(minutes=1)},
    )
    metric = {"Namespace": "Data", "MetricName": "m", "Dimensions": DIMENSIONS}
    answer = cloudwatch.get_metric_data(
        StartTime=at,
        EndTime=at + timedelta(minutes=2),
        ScanBy="TimestampAscending",
        MetricDataQueries=[
            {"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}},
            {
                "Id": "hidden",
                "MetricStat": {"Metric": metric, "Period": 60, "Stat": "SampleCount"},
                "ReturnData": False,
            },
            {"Id": "e", "Expression": "a / hidden * 2", "Label": "twice"},
        ],
    )
    found = {each["Id"]: each for each in answer["MetricDataResults"]}
    assert set(found) == {"a", "e"}
    assert found["a"]["Values"] == [10, 20]
    assert found["a"]["Timestamps"] == [at, at + timedelta(minutes=1)]
    assert (found["e"]["Label"], found["e"]["Values"]) == ("twice", [20, 40])


def test_metrics_are_listed_by_name_and_dimension(cloudwatch: Any) -> None:
    put(cloudwatch, "List", {"Value": 1}, {"Value": 1, "Dimensions": [{"Name": "x", "Value": "1"}]})
    assert len(cloudwatch.list_metrics(Namespace="List")["Metrics"]) == 2
    by_name = cloudwatch.list_metrics(Namespace="List", Dimensions=[{"Name": "x"}])["Metrics"]
    assert by_name == [
        {"Namespace": "List", "MetricName": "m", "Dimensions": [{"Name": "x", "Value": "1"}]}
    ]
    assert cloudwatch.list_metrics(Namespace="List", MetricName="other")["Metrics"] == []


def test_metrics_come_in_pages(cloudwatch: Any) -> None:
    for start in (0, 400):
        cloudwatch.put_metric_data(
            Namespace="Many",
            MetricData=[{"MetricName": f"m{start + i}", "Value": 1} for i in range(400)],
        )
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="Many")
    names = {metric["MetricName"] for page in pages for metric in page["Metrics"]}
    assert len(names) == 800


def test_what_breaks_a_rule_is_refused(cloudwatch: Any) -> None:
    cases = {
        "InvalidParameterValue": [
            lambda: cloudwatch.put_metric_data(
                Namespace="AWS/Lambda", MetricData=[{"MetricName": "m", "Value": 1}]
            ),
            lambda: put(cloudwatch, "Bad", {"Values": [1, 2], "Counts": [1]}),
            lambda: statistics(cloudwatch, "Bad", "Sum", Period=61),
            lambda: statistics(cloudwatch, "Bad", ExtendedStatistics=["p101"]),
        ],
        "InvalidParameterCombination": [
            lambda: put(cloudwatch, "Bad", {}),
            lambda: statistics(
                cloudwatch, "Bad", "Sum", StartTime=datetime(2020, 1, 1, tzinfo=UTC)
            ),
        ],
        "ValidationError": [
            lambda: statistics(cloudwatch, "Bad", "Sum", EndTime=datetime(2020, 1, 1, tzinfo=UTC)),
            lambda: cloudwatch.get_metric_data(
                StartTime=minute(),
                EndTime=datetime.now(UTC),
                MetricDataQueries=[{"Id": "e", "Expression": "nothing + 1"}],
            ),
        ],
        "NotImplementedByOrderlab": [
            lambda: cloudwatch.get_metric_data(
                StartTime=minute(),
                EndTime=datetime.now(UTC),
                MetricDataQueries=[{"Id": "e", "Expression": "SEARCH('{AWS/SQS}', 'Sum', 60)"}],
            ),
            lambda: cloudwatch.put_composite_alarm(
                AlarmName="c", AlarmRule="TRUE", ActionsSuppressor="other"
            ),
        ],
    }
    for expected, calls in cases.items():
        for call in calls:
            assert code(call) == expected


def test_the_older_and_the_newer_protocol_reach_the_same_metrics(
    cloud: Any, cloudwatch: Any
) -> None:
    """Query and CBOR, which other SDKs speak; boto3 speaks JSON."""
    import urllib.request

    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    def send(path: str, body: bytes, headers: dict[str, str]) -> bytes:
        request = AWSRequest("POST", cloud.endpoint + path, data=body, headers=headers)
        keys = Credentials(cloud.access_key_id, cloud.secret_access_key)
        SigV4Auth(keys, "monitoring", cloud.region).add_auth(request)
        plain = urllib.request.Request(
            cloud.endpoint + path, data=body, headers=dict(request.headers), method="POST"
        )
        with urllib.request.urlopen(plain) as response:
            answer: bytes = response.read()
        return answer

    form = b"Action=PutMetricData&Namespace=Wire&MetricData.member.1.MetricName=m"
    send("/", form + b"&MetricData.member.1.Value=3",
         {"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
    smithy = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
    path = "/service/GraniteServiceVersion20100801/operation/"
    datum = {"MetricName": "m", "Value": 4.0, "Timestamp": datetime.now(UTC)}
    put_body = cbor.encode({"Namespace": "Wire", "MetricData": [datum]})
    send(f"{path}PutMetricData", put_body, smithy)
    now = datetime.now(UTC)
    asked = {
        "Namespace": "Wire",
        "MetricName": "m",
        "StartTime": now - timedelta(minutes=10),
        "EndTime": now + timedelta(minutes=1),
        "Period": 3600,
        "Statistics": ["Sum"],
    }
    found = cbor.decode(send(f"{path}GetMetricStatistics", cbor.encode(asked), smithy))
    assert sum(point["Sum"] for point in found["Datapoints"]) == 7
    assert isinstance(found["Datapoints"][0]["Timestamp"], datetime)


def alarm(cloudwatch: Any, name: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = cloudwatch.describe_alarms(AlarmNames=[name], **more)["MetricAlarms"]
    return found


def wait_for(what: Callable[[], Any], seconds: float = 8.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def test_an_alarm_goes_off_and_tells_a_topic(cloud: Any, cloudwatch: Any) -> None:
    topic = cloud.client("sns").create_topic(Name="alarm-topic")["TopicArn"]
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="alarm-queue")["QueueUrl"]
    queue = "arn:aws:sqs:us-east-1:123456789012:alarm-queue"
    let_in = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [let_in]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    cloudwatch.put_metric_alarm(
        AlarmName="alarm-depth",
        Namespace="Alarms",
        MetricName="m",
        Dimensions=DIMENSIONS,
        Statistic="Maximum",
        Period=10,
        EvaluationPeriods=1,
        Threshold=100,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
    )
    assert alarm(cloudwatch, "alarm-depth")["StateValue"] == "INSUFFICIENT_DATA"
    put(cloudwatch, "Alarms", {"Value": 250})
    wait_for(lambda: alarm(cloudwatch, "alarm-depth")["StateValue"] == "ALARM")
    reason = alarm(cloudwatch, "alarm-depth")["StateReason"]
    assert "greater than the threshold (100.0)" in reason
    messages = wait_for(
        lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages")
    )
    told = json.loads(json.loads(messages[0]["Body"])["Message"])
    assert (told["AlarmName"], told["NewStateValue"]) == ("alarm-depth", "ALARM")
    assert (told["OldStateValue"], told["Trigger"]["MetricName"]) == ("INSUFFICIENT_DATA", "m")


def test_alarms_are_kept_as_they_were_given(cloudwatch: Any) -> None:
    given = {
        "Namespace": "Alarms",
        "MetricName": "none",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 2,
        "Threshold": 1.0,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    cloudwatch.put_metric_alarm(AlarmName="alarm-kept", **given)
    found = alarm(cloudwatch, "alarm-kept")
    assert given.items() <= found.items()
    cloudwatch.disable_alarm_actions(AlarmNames=["alarm-kept"])
    assert not alarm(cloudwatch, "alarm-kept")["ActionsEnabled"]
    for_metric = cloudwatch.describe_alarms_for_metric(Namespace="Alarms", MetricName="none")
    assert [each["AlarmName"] for each in for_metric["MetricAlarms"]] == ["alarm-kept"]
    cloudwatch.set_alarm_state(AlarmName="alarm-kept", StateValue="ALARM", StateReason="a test")
    cloudwatch.delete_alarms(AlarmNames=["alarm-kept"])
    assert cloudwatch.describe_alarms(AlarmNames=["alarm-kept"])["MetricAlarms"] == []
    gone = {"AlarmName": "alarm-kept", "StateValue": "OK", "StateReason": "x"}
    assert code(lambda: cloudwatch.set_alarm_state(**gone)) == "ResourceNotFound"
    scaling = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:x"
    assert (
        code(lambda: cloudwatch.put_metric_alarm(AlarmName="a", AlarmActions=[scaling], **given))
        == "NotImplementedByOrderlab"
    )
