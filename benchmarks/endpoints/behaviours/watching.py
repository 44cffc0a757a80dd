"""CloudWatch, X-Ray and DAX: what is seen of a system, and its caches."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.endpoints.behaviours.behaviour import Behaviour, expect, until
from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import log_group
from orderlab.practice.functions import deploy, invoke

_A_WHILE = 75.0  # metrics and alarms live in minutes


def _sum(target: Target, namespace: str, metric: str, **dimensions: str) -> float:
    now = datetime.now(UTC)
    found = target.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=2),
        Period=60,
        Statistics=["Sum"],
    )
    return float(sum(each["Sum"] for each in found["Datapoints"]))


def calls_are_counted(target: Target) -> None:
    deploy(target, "counted", "def handler(event, context):\n    return 1\n")
    for _ in range(3):
        invoke(target, "counted", {})

    def counted() -> bool:
        return _sum(target, "AWS/Lambda", "Invocations", FunctionName=target.name("counted")) == 3

    until(counted, "AWS/Lambda has no metric Invocations of 3", _A_WHILE)


def a_log_has_the_report(target: Target) -> None:
    deploy(target, "telling", "def handler(event, context):\n    print('order 7')\n")
    invoke(target, "telling", {})
    group = {"logGroupName": log_group(target, "telling")}

    def lines() -> str:
        found = target.client("logs").filter_log_events(**group)["events"]
        return "".join(each["message"] for each in found)

    text = str(until(lambda: lines() if "order 7" in lines() else "", "the log holds no line"))
    expect("REPORT RequestId" in text and "Init Duration" in text, f"the log holds {text[-150:]}")


def a_log_is_counted(target: Target) -> None:
    logs, group = target.client("logs"), target.name("watched")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    change = {"metricName": "Refusals", "metricNamespace": "Shop", "metricValue": "$.count"}
    logs.put_metric_filter(
        logGroupName=group,
        filterName="refusals",
        filterPattern='{ $.kind = "refused" }',
        metricTransformations=[change],
    )
    now = int(time.time() * 1000)
    events = [
        {"timestamp": now, "message": json.dumps({"kind": kind, "count": 2})}
        for kind in ("refused", "taken", "refused")
    ]
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)
    until(lambda: _sum(target, "Shop", "Refusals") == 4, "the filter counted nothing", _A_WHILE)


def an_alarm_goes_off(target: Target) -> None:
    cloudwatch, name = target.client("cloudwatch"), target.name("too-many")
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace="Shop", MetricName="Lost", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
    )  # fmt: skip
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Lost", "Value": 5}])

    def state() -> Any:
        return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]

    until(lambda: state() == "ALARM", "the alarm did not go off", _A_WHILE)


def a_queue_is_measured(target: Target) -> None:
    sqs = target.client("sqs")
    url = sqs.create_queue(QueueName=target.name("measured"))["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="order")

    def sent() -> bool:
        name = target.name("measured")
        return _sum(target, "AWS/SQS", "NumberOfMessagesSent", QueueName=name) == 1

    until(sent, "AWS/SQS has no metric NumberOfMessagesSent of 1", _A_WHILE)


def logs_are_asked(target: Target) -> None:
    logs, group = target.client("logs"), target.name("asked")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    now = int(time.time())
    events = [
        {"timestamp": now * 1000, "message": json.dumps({"store": store})}
        for store in ("s1", "s2", "s1")
    ]
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)
    query = logs.start_query(
        logGroupName=group, startTime=now - 600, endTime=now + 60,
        queryString="stats count(*) as orders by store | sort orders desc | limit 1",
    )["queryId"]  # fmt: skip
    done = until(lambda: _done(logs, query), "the query did not end")
    rows = [{each["field"]: each["value"] for each in row} for row in done["results"]]
    expect(rows == [{"store": "s1", "orders": "2"}], f"the query found {rows}")


def _done(logs: Any, query: str) -> Any:
    found = logs.get_query_results(queryId=query)
    return found if found["status"] == "Complete" else None


def segments_become_traces(target: Target) -> None:
    xray, now = target.client("xray"), time.time()
    trace = f"1-{int(now):08x}-{secrets.token_hex(12)}"
    segment = {"id": secrets.token_hex(8), "trace_id": trace, "name": "shop",
               "start_time": now - 1, "end_time": now}  # fmt: skip
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])

    def found() -> bool:
        times = {"StartTime": datetime.now(UTC) - timedelta(minutes=5),
                 "EndTime": datetime.now(UTC) + timedelta(minutes=1)}  # fmt: skip
        summaries = xray.get_trace_summaries(**times)["TraceSummaries"]
        return any(each["Id"] == trace for each in summaries)

    until(found, "the trace was not found")


def a_cache_is_there(target: Target) -> None:
    clusters = target.client("dax").describe_clusters()["Clusters"]
    expect(clusters == [], clusters)


BEHAVIOURS = (
    Behaviour("CloudWatch", "A function's calls are counted", calls_are_counted),
    Behaviour("CloudWatch", "A queue's messages are counted", a_queue_is_measured),
    Behaviour("CloudWatch", "A function's log ends each call with a REPORT line",
              a_log_has_the_report),
    Behaviour("CloudWatch", "A metric filter counts what stands in a log", a_log_is_counted),
    Behaviour("CloudWatch", "An alarm goes off by itself", an_alarm_goes_off),
    Behaviour("CloudWatch", "Logs Insights counts and sorts", logs_are_asked),
    Behaviour("X-Ray", "Segments become traces that can be found", segments_become_traces),
    Behaviour("DAX", "Clusters of DynamoDB Accelerator can be made", a_cache_is_there),
)  # fmt: skip
