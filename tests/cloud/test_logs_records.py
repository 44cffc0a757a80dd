"""Insights beside its queries: events behind rows, fields of groups, groups by patterns.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AnalyzingLogData.html
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError


def rows_of(logs: Any, query: str, **groups: Any) -> list[dict[str, str]]:
    """The rows of a query over the last hour, without their pointers."""
    now = int(time.time())
    started = logs.start_query(startTime=now - 3600, endTime=now + 60, queryString=query, **groups)
    while (found := logs.get_query_results(queryId=started["queryId"]))["status"] != "Complete":
        assert found["status"] in ("Scheduled", "Running")
        time.sleep(0.01)
    return [{each["field"]: each["value"] for each in row} for row in found["results"]]


def test_a_row_leads_back_to_its_event(client: Any) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogRecord.html"""
    logs, group = client("logs"), "/row/pointers"
    logs.create_log_group(logGroupName=group)
    now = int(time.time() * 1000)
    for stream, order in (("one", "o-1"), ("two", "o-2")):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": now, "message": json.dumps({"order": order, "cart": {"items": 2}})}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    rows = rows_of(logs, "filter order = 'o-2' | fields @message", logGroupName=group)
    record = logs.get_log_record(logRecordPointer=rows[0]["@ptr"])["logRecord"]
    assert (record["order"], record["cart.items"], record["@logStream"]) == ("o-2", "2", "two")
    assert record["@timestamp"] == str(now) and record["@log"].endswith(f":{group}")
    for pointer in ("nonsense", "WyJhIiwgInMiLCAxZTk5OSwgMV0="):
        with pytest.raises(ClientError, match="InvalidParameterException"):
            logs.get_log_record(logRecordPointer=pointer)


def test_the_fields_of_a_group_are_told_with_their_share(client: Any) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogGroupFields.html"""
    logs, group = client("logs"), "/told/fields"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    now = int(time.time() * 1000)
    texts = ['{"order": 1}', '{"order": 2, "late": true}', "no fields", "none either"]
    events = [{"timestamp": now, "message": text} for text in texts]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    found = logs.get_log_group_fields(logGroupName=group)["logGroupFields"]
    shares = {each["name"]: each["percent"] for each in found}
    assert shares["@message"] == shares["@timestamp"] == shares["@logStream"] == 100
    assert (shares["order"], shares["late"]) == (50, 25)
    long_ago = logs.get_log_group_fields(logGroupName=group, time=now // 1000 - 3600)
    assert long_ago["logGroupFields"] == []


def test_parts_of_parsed_json_are_fields(client: Any) -> None:
    logs, group = client("logs"), "/parsed/json"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    body = json.dumps({"id": "o-1", "items": [{"sku": "tea"}]})
    text = "order " + json.dumps({"body": body})
    events = [{"timestamp": int(time.time() * 1000), "message": text}]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    query = "fields jsonParse(body) as order | display order.id, order.items.0.sku, order.none"
    [row] = rows_of(logs, query, logGroupName=group)
    assert {name: row[name] for name in row if name != "@ptr"} == {
        "order.id": "o-1",
        "order.items.0.sku": "tea",
    }


def test_a_query_names_its_groups_itself(client: Any) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html"""
    logs = client("logs")
    for group in ("/sourced/a", "/sourced/b", "/other/sourced"):
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="s")
        event = {"timestamp": int(time.time() * 1000), "message": group}
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    query = "SOURCE logGroups(namePrefix: ['/sourced/', '/nothing'], class: 'STANDARD') "
    rows = rows_of(logs, query + "| fields @message | sort @message")
    assert [row["@message"] for row in rows] == ["/sourced/a", "/sourced/b"]
    with pytest.raises(ClientError, match="InvalidParameterException"):
        rows_of(logs, query + "| fields @message", logGroupName="/sourced/a")
    with pytest.raises(ClientError, match="MalformedQueryException"):
        rows_of(logs, "SOURCE logGroups(name: 'x') | fields @message")


def test_groups_are_listed_by_patterns(client: Any) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html"""
    logs = client("logs")
    for name in ("/list/pattern-a", "/list/pattern-b", "/more/list/pattern"):
        logs.create_log_group(logGroupName=name)

    def names(pattern: str, **more: Any) -> list[str]:
        found = logs.list_log_groups(logGroupNamePattern=pattern, **more)["logGroups"]
        return [each["logGroupName"] for each in found]

    assert names("list/pattern") == ["/list/pattern-a", "/list/pattern-b", "/more/list/pattern"]
    assert names("^/list/pattern") == ["/list/pattern-a", "/list/pattern-b"]
    assert names("pattern-b|^/more/list") == ["/list/pattern-b", "/more/list/pattern"]
    first = logs.list_log_groups(logGroupNamePattern="list/pattern", limit=2)
    assert names("list/pattern", nextToken=first["nextToken"]) == ["/more/list/pattern"]
    with pytest.raises(ClientError, match="InvalidParameterException"):
        names("a|b")


def test_queries_are_listed_in_pages_and_by_region(cloud: Any, client: Any) -> None:
    logs, elsewhere = client("logs"), replace(cloud, region="eu-west-1").client("logs")
    for each in (logs, elsewhere):
        each.create_log_group(logGroupName="/listed/queries")
    now = int(time.time())
    asked = {"logGroupName": "/listed/queries", "startTime": now - 60, "endTime": now}
    ids = [logs.start_query(**asked, queryString="fields @message")["queryId"] for _ in range(3)]
    first = logs.describe_queries(logGroupName="/listed/queries", maxResults=2)
    second = logs.describe_queries(
        logGroupName="/listed/queries", maxResults=2, nextToken=first["nextToken"]
    )
    found = [each["queryId"] for page in (first, second) for each in page["queries"]]
    assert found == ids[::-1] and "nextToken" not in second
    assert elsewhere.describe_queries(logGroupName="/listed/queries")["queries"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        elsewhere.get_query_results(queryId=ids[0])


@pytest.mark.parametrize(
    "setting",
    [
        {"logGroupClass": "INFREQUENT_ACCESS"},
        {"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/k"},
    ],
)
def test_settings_of_groups_that_would_have_no_effect_are_refused(
    client: Any, setting: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="NotImplementedByOrderlab"):
        client("logs").create_log_group(logGroupName="/refused/group", **setting)
    client("logs").create_log_group(logGroupName="/refused/group", logGroupClass="STANDARD")
    client("logs").delete_log_group(logGroupName="/refused/group")
