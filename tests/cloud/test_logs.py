"""CloudWatch Logs: groups, streams, events, queries, through its API.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander


@pytest.fixture(scope="module")
def logs(cloud: Any) -> Any:
    return cloud.client("logs")


@pytest.fixture
def group(logs: Any, request: pytest.FixtureRequest) -> str:
    """A log group of the test's own, with one stream, `s`."""
    name = f"/test/{request.node.name.replace('[', '-').replace(']', '')}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    return name


def now() -> int:
    return int(time.time() * 1000)


def put(logs: Any, group: str, *messages: str, stream: str = "s", at: int | None = None) -> Any:
    start = now() if at is None else at
    events = [{"timestamp": start + i, "message": text} for i, text in enumerate(messages)]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def code(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    found: str = error.value.response["Error"]["Code"]
    return found


def search(logs: Any, group: str, **more: Any) -> list[str]:
    found = logs.filter_log_events(logGroupName=group, **more)
    return [event["message"] for event in found["events"]]


def test_groups_are_made_described_and_deleted(logs: Any, group: str) -> None:
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["arn"] == f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    assert abs(found["creationTime"] - now()) < 60_000
    assert "retentionInDays" not in found
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 7
    assert (
        code(lambda: logs.put_retention_policy(logGroupName=group, retentionInDays=8))
        == "InvalidParameterException"
    )
    assert (
        code(lambda: logs.create_log_group(logGroupName=group)) == "ResourceAlreadyExistsException"
    )
    logs.delete_log_group(logGroupName=group)
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []
    assert code(lambda: search(logs, group)) == "ResourceNotFoundException"


def test_groups_have_tags(logs: Any, group: str) -> None:
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    logs.tag_resource(resourceArn=arn, tags={"team": "orders"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "orders"}


def test_groups_come_in_pages(logs: Any) -> None:
    names = [f"/pages/{i}" for i in range(5)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    pages = logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix="/pages/", PaginationConfig={"PageSize": 2}
    )
    assert [g["logGroupName"] for page in pages for g in page["logGroups"]] == names


def test_streams_are_ordered_by_name_or_by_last_event(logs: Any, group: str) -> None:
    for name, at in (("a", 3000), ("b", 1000), ("c", 2000)):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        put(logs, group, "x", stream=name, at=now() - at)
    put(logs, group, "x", at=now() - 9000)
    found = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True)[
        "logStreams"
    ]
    assert [stream["logStreamName"] for stream in found] == ["b", "c", "a", "s"]
    page = logs.describe_log_streams(logGroupName=group, limit=3)
    assert [stream["logStreamName"] for stream in page["logStreams"]] == ["a", "b", "c"]
    rest = logs.describe_log_streams(logGroupName=group, nextToken=page["nextToken"])
    assert [stream["logStreamName"] for stream in rest["logStreams"]] == ["s"]


def test_a_stream_is_read_forwards_backwards_and_on(logs: Any, group: str) -> None:
    put(logs, group, *(str(i) for i in range(7)))

    def read(**more: Any) -> Any:
        return logs.get_log_events(logGroupName=group, logStreamName="s", **more)

    def texts(answer: Any) -> list[str]:
        return [event["message"] for event in answer["events"]]

    first = read(limit=3, startFromHead=True)
    assert texts(first) == ["0", "1", "2"]
    second = read(limit=3, nextToken=first["nextForwardToken"], startFromHead=True)
    assert texts(second) == ["3", "4", "5"]
    assert texts(read(limit=3, nextToken=second["nextBackwardToken"])) == ["0", "1", "2"]
    last = read(nextToken=second["nextForwardToken"], startFromHead=True)
    assert texts(last) == ["6"]
    end = read(nextToken=last["nextForwardToken"], startFromHead=True)
    assert texts(end) == []
    assert end["nextForwardToken"] == last["nextForwardToken"]
    # what is written meanwhile is found with the same token
    put(logs, group, "7", at=now() + 100)
    assert texts(read(nextToken=end["nextForwardToken"], startFromHead=True)) == ["7"]
    newest = read(limit=2)
    assert texts(newest) == ["6", "7"]
    assert texts(read(limit=2, nextToken=newest["nextBackwardToken"])) == ["4", "5"]
    assert code(lambda: read(nextToken="f/1/s")) == "InvalidParameterException"


def test_a_search_goes_through_all_streams_in_the_order_of_time(logs: Any, group: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName="t")
    start = now() - 10_000
    for i in range(0, 6, 2):
        put(logs, group, f"s{i}", at=start + i)
        put(logs, group, f"t{i + 1}", stream="t", at=start + i + 1)
    # an event that comes late stands where its time says
    put(logs, group, "late", at=start - 5)
    everything = ["late", "s0", "t1", "s2", "t3", "s4", "t5"]
    assert search(logs, group) == everything
    assert search(logs, group, logStreamNames=["t"]) == ["t1", "t3", "t5"]
    assert search(logs, group, logStreamNamePrefix="s") == ["late", "s0", "s2", "s4"]
    assert search(logs, group, startTime=start + 1, endTime=start + 3) == ["t1", "s2", "t3"]
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, PaginationConfig={"PageSize": 2}
    )
    assert [e["message"] for page in pages for e in page["events"]] == everything
    assert code(lambda: search(logs, group, logStreamNames=["none"])) == "ResourceNotFoundException"


def test_a_search_takes_a_pattern(logs: Any, group: str) -> None:
    put(logs, group, "ERROR one", json.dumps({"level": "ERROR", "n": 3}), "INFO two")
    assert search(logs, group, filterPattern="ERROR -level") == ["ERROR one"]
    assert len(search(logs, group, filterPattern="{ $.n > 2 }")) == 1
    assert code(lambda: search(logs, group, filterPattern="{ $.n }")) == "InvalidParameterException"


def test_events_that_break_a_rule_are_refused(logs: Any, group: str) -> None:
    at = now()
    unordered = [{"timestamp": at, "message": "b"}, {"timestamp": at - 1, "message": "a"}]
    too_long = [
        {"timestamp": at - 25 * 3_600_000, "message": "a"},
        {"timestamp": at, "message": "b"},
    ]
    too_large = [{"timestamp": at, "message": "x" * 1_048_576}]
    for events in (unordered, too_long, too_large):
        assert (
            code(
                partial(
                    logs.put_log_events, logGroupName=group, logStreamName="s", logEvents=events
                )
            )
            == "InvalidParameterException"
        )
    assert code(lambda: put(logs, group, "x", stream="none")) == "ResourceNotFoundException"
    old = put(logs, group, "old", at=at - 15 * 24 * 3_600_000)
    assert old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    new = put(logs, group, "new", at=at + 3 * 3_600_000)
    assert new["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 0}
    assert search(logs, group) == []


def test_nothing_is_lost_among_many(logs: Any, group: str) -> None:
    for batch in range(5):
        put(logs, group, *(f"{batch}-{i}" for i in range(2000)), at=now() - 60_000 + batch)
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    found = {event["message"] for page in pages for event in page["events"]}
    assert found == {f"{batch}-{i}" for batch in range(5) for i in range(2000)}


def answer(logs: Any, group: str, query: str) -> Any:
    identifier = logs.start_query(
        logGroupName=group,
        startTime=int(time.time()) - 3600,
        endTime=int(time.time()) + 60,
        queryString=query,
    )["queryId"]
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = logs.get_query_results(queryId=identifier)
        if found["status"] in ("Complete", "Failed"):
            return found
        time.sleep(0.02)
    raise AssertionError("the query did not end")


def test_a_query_runs_in_the_background(logs: Any, group: str) -> None:
    put(logs, group, *(json.dumps({"level": level, "ms": i}) for i, level in
                       enumerate(["INFO", "ERROR"] * 600)))  # fmt: skip
    found = answer(logs, group, "stats count(*) as n, max(ms) as ms by level | sort level asc")
    assert found["status"] == "Complete"
    rows = [{cell["field"]: cell["value"] for cell in row} for row in found["results"]]
    assert rows == [
        {"level": "ERROR", "n": "600", "ms": "1199"},
        {"level": "INFO", "n": "600", "ms": "1198"},
    ]
    assert found["statistics"]["recordsScanned"] == 1200
    latest = answer(logs, group, "fields @message | limit 1")["results"][0]
    assert {cell["field"] for cell in latest} == {"@message", "@ptr"}
    queries = logs.describe_queries(logGroupName=group)["queries"]
    assert {query["status"] for query in queries} == {"Complete"}


def test_a_query_that_is_not_in_order_is_refused(logs: Any, group: str) -> None:
    assert code(lambda: answer(logs, group, "stats")) == "MalformedQueryException"
    assert code(lambda: answer(logs, f"{group}-none", "limit 1")) == "ResourceNotFoundException"
    assert code(lambda: logs.get_query_results(queryId="none")) == "ResourceNotFoundException"


def test_a_long_query_keeps_nobody_waiting_and_can_be_stopped(
    cloud: Any, logs: Any, group: str
) -> None:
    for _ in range(3):
        put(logs, group, *(json.dumps({"n": number % 7}) for number in range(10_000)))
    keys = ", ".join(["n"] * 2_000)
    with bystander(cloud):
        running = logs.start_query(
            logGroupName=group, startTime=0, endTime=now(), queryString=f"fields n | sort {keys}"
        )["queryId"]
        found = answer(logs, group, "stats count(*) as c by n | sort n desc")
        assert [row[0]["value"] for row in found["results"]] == list("6543210")
        assert logs.stop_query(queryId=running)["success"] is True
    assert logs.get_query_results(queryId=running)["status"] == "Cancelled"


def test_metrics_that_are_embedded_in_events_become_metrics(
    logs: Any, cloud: Any, group: str
) -> None:
    directive = {
        "Namespace": "Embedded",
        "Dimensions": [["service"], []],
        "Metrics": [{"Name": "latency", "Unit": "Milliseconds"}],
    }
    event = {
        "_aws": {"Timestamp": now(), "CloudWatchMetrics": [directive]},
        "service": "orders",
        "latency": [10, 30],
    }
    put(logs, group, json.dumps(event), '{"_aws": {"CloudWatchMetrics": 5}}')
    metrics = cloud.client("cloudwatch").list_metrics(Namespace="Embedded")["Metrics"]
    assert sorted(len(metric["Dimensions"]) for metric in metrics) == [0, 1]


def test_what_would_do_nothing_is_refused(logs: Any, group: str) -> None:
    assert (
        code(
            lambda: logs.put_subscription_filter(
                logGroupName=group,
                filterName="f",
                filterPattern="",
                destinationArn="arn:aws:lambda:us-east-1:123456789012:function:f",
            )
        )
        == "NotImplementedByOrderlab"
    )
