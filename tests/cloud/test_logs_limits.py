"""What one call, one query or one writer may take of CloudWatch Logs.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander
from tests.cloud.functions_support import eventually

MANY = 100_000


@pytest.fixture(scope="module")
def logs(cloud: Any) -> Any:
    return cloud.client("logs", parameter_validation=False, read_timeout=60)


@pytest.fixture(scope="module")
def full(logs: Any) -> str:
    """A group of 100,000 events in ten streams."""
    name = "/limits/full"
    logs.create_log_group(logGroupName=name)
    at = now() - MANY
    for stream in range(10):
        logs.create_log_stream(logGroupName=name, logStreamName=str(stream))
        events = [
            {
                "timestamp": at + i,
                "message": json.dumps({"n": i, "stream": stream, "level": "INFO", "ms": i % 97}),
            }
            for i in range(stream, MANY, 10)
        ]
        logs.put_log_events(logGroupName=name, logStreamName=str(stream), logEvents=events)
    return name


def now() -> int:
    return int(time.time() * 1000)


def error(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    found = caught.value.response["Error"]
    return found["Code"], found["Message"]


def start(logs: Any, group: str, text: str, **more: Any) -> str:
    given = {"startTime": 0, "endTime": now() // 1000 + 60, "queryString": text, **more}
    identifier: str = logs.start_query(logGroupName=group, **given)["queryId"]
    return identifier


def result(logs: Any, identifier: str, seconds: float = 60) -> Any:
    ended = ("Complete", "Failed", "Timeout", "Cancelled")

    def look() -> Any:
        found = logs.get_query_results(queryId=identifier)
        return found if found["status"] in ended else None

    return eventually(look, seconds)


# --- many events ---


def test_a_search_through_many_events_comes_in_pages(cloud: Any, logs: Any, full: str) -> None:
    seen = 0
    with bystander(cloud):
        for page in logs.get_paginator("filter_log_events").paginate(
            logGroupName=full, filterPattern="{ $.ms = 5 }"
        ):
            assert len(page["events"]) <= 10_000
            seen += len(page["events"])
    assert seen == sum(i % 97 == 5 for i in range(MANY))


def test_pages_hold_ten_thousand_events_or_a_megabyte(logs: Any, full: str) -> None:
    page = logs.filter_log_events(logGroupName=full)
    size = sum(len(event["message"]) + 26 for event in page["events"])
    assert len(page["events"]) == 10_000 or size > 1_000_000
    assert size <= 1_048_576 and page["nextToken"]
    page = logs.get_log_events(logGroupName=full, logStreamName="3", startFromHead=True)
    assert sum(len(event["message"]) + 26 for event in page["events"]) <= 1_048_576
    assert error(lambda: logs.filter_log_events(logGroupName=full, limit=10_001))[0] == (
        "InvalidParameterException"
    )


@pytest.mark.parametrize(
    "query",
    [
        "fields @message | sort @timestamp desc",
        "stats count(*), avg(ms), pct(ms, 99), stddev(n) by bin(1s), level",
        "stats count_distinct(n), median(ms), latest(n) by stream",
        "filter level = 'INFO' and ms > 10 or not ms like /9/ | dedup ms | limit 5",
        "parse @message '\"n\": *, *' as n2, rest | sort n2 asc, rest desc",
    ],
)
def test_queries_over_many_events_keep_nobody_waiting(
    cloud: Any, logs: Any, full: str, query: str
) -> None:
    with bystander(cloud):
        found = result(logs, start(logs, full, query))
    assert found["status"] == "Complete"
    assert found["statistics"]["recordsScanned"] == MANY
    assert 0 < len(found["results"]) <= 10_000


def test_many_queries_at_once_keep_nobody_waiting(cloud: Any, logs: Any, full: str) -> None:
    with bystander(cloud):
        queries = [start(logs, full, "stats sum(ms) by n") for _ in range(12)]
        small = start(logs, full, "fields n | limit 1", startTime=now() // 1000 + 30)
        assert result(logs, small)["status"] == "Complete"
        for each in queries:
            logs.stop_query(queryId=each)
        assert {result(logs, each)["status"] for each in queries} == {"Cancelled"}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_a_query_has_only_so_much_memory(cloud: Any, logs: Any, full: str) -> None:
    def memory_mb() -> int:
        return int(Path(f"/proc/{cloud.pid}/statm").read_text().split()[1]) * 4096 // 2**20

    columns = ", ".join(f"concat(@message, '{i}') as c{i}" for i in range(40))
    before = memory_mb()
    with bystander(cloud):
        newest = result(logs, start(logs, full, f"fields {columns} | limit 10"))
        assert (newest["status"], len(newest["results"])) == ("Complete", 10)
        assert newest["statistics"]["recordsMatched"] == MANY
        assert result(logs, start(logs, full, f"fields {columns} | sort c1"))["status"] == "Failed"
    assert memory_mb() - before < 400


def test_a_query_that_was_stopped_takes_no_more_time(cloud: Any, logs: Any, full: str) -> None:
    heavy = " | ".join(["fields n + 1 as m", *(["sort m desc"] * 60)])
    with bystander(cloud):
        first = start(logs, full, heavy)
        assert result_is(logs, first, "Running")
        logs.stop_query(queryId=first)
        assert error(lambda: logs.stop_query(queryId=first))[0] == "InvalidParameterException"
        # there are places for two such queries: a third one finds one only if they have ended
        assert result(logs, start(logs, full, "stats count(*)"))["results"]


def result_is(logs: Any, identifier: str, status: str) -> bool:
    found: bool = eventually(lambda: logs.get_query_results(queryId=identifier)["status"] == status)
    return found


def test_queries_have_limits(logs: Any, full: str) -> None:
    def asked(text: str, **more: Any) -> Callable[[], Any]:
        return lambda: start(logs, full, text, **more)

    for text in ("(" * 3000, "filter " + "(" * 2000 + "1" + ")" * 2000, "stats " + "abs(" * 1500):
        assert error(asked(text))[0] == "MalformedQueryException"
    assert error(asked("x" * 10_001))[0] == "InvalidParameterException"
    assert error(asked("limit 10001"))[0] == "MalformedQueryException"
    assert error(asked("limit 1", limit=10_001))[0] == "InvalidParameterException"
    names = ("logGroupNames", "logGroupIdentifiers")
    for name in names:
        assert error(asked("limit 1", **{name: [full]}))[0] == "InvalidParameterException"
        many = {"startTime": 0, "endTime": 1, "queryString": "limit 1", name: [full] * 51}
        assert error(partial(logs.start_query, **many))[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    "query",
    [
        "filter " + "not " * 2000 + "1",
        "fields " + "-" * 5000 + "1 as n",
        "fields " + "+".join("1" * 2000) + " as n",
        "filter " + " or ".join(["n = -1"] * 900),
        "filter " + " and ".join(["n != -1"] * 750),
        "fields 2 ^ 2000 as a, 1/0 as b, 0 % 0 as c, sqrt(-1) as d, 10 ^ 400 * 0 as e",
        "fields replace(@message, '', @message) as a",
        "fields " + "concat(@message, " * 40 + "1" + ")" * 40 + " as a",
    ],
)
def test_long_expressions_and_odd_numbers_end_well(
    cloud: Any, logs: Any, full: str, query: str
) -> None:
    recent = {"startTime": now() // 1000 - 5, "endTime": now() // 1000 + 60}
    with bystander(cloud):
        assert result(logs, start(logs, full, query, **recent))["status"] == "Complete"


# --- writing ---


@pytest.fixture
def stream(logs: Any, request: pytest.FixtureRequest) -> dict[str, str]:
    name = f"/limits/{request.node.name.split('[')[0]}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    return {"logGroupName": name, "logStreamName": "s"}


def test_batches_have_limits(logs: Any, stream: dict[str, str]) -> None:
    def put(*events: tuple[Any, Any]) -> Callable[[], Any]:
        given = [{"timestamp": at, "message": message} for at, message in events]
        return lambda: logs.put_log_events(**stream, logEvents=given)

    at, day = now(), 24 * 3600 * 1000
    wrong = {
        "Upload too large: 1048577 bytes exceeds limit of 1048576": put((at, "x" * 1_048_551)),
        "chronological order": put((at, "a"), (at - 1, "b")),
        "cannot span more than 24 hours": put((at - day - 1, "a"), (at, "b")),
        "less than or equal to 10000": put(*[(at, "x")] * 10_001),
        "greater than or equal to 1": put(),
        "Member must not be null": put((None, "x")),
    }
    for text, call in wrong.items():
        code, message = error(call)
        assert (code, text in message) == ("InvalidParameterException", True), message
    assert error(put((at, "")))[0] == "InvalidParameterException"
    put((at, "x" * (1_048_576 - 26)))()
    put((at - day, "a"), (at, "b"))()


def test_events_that_are_too_old_or_too_new_are_told(logs: Any, stream: dict[str, str]) -> None:
    hour = 3600 * 1000
    old, new = now() - 14 * 24 * hour, now() + 2 * hour
    answers = [
        logs.put_log_events(**stream, logEvents=[{"timestamp": at, "message": "x"} for at in times])
        for times in ((old - hour, old - 1000, old + hour), (now(), new + hour, new + 2 * hour))
    ]
    assert answers[0]["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    assert answers[1]["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert len(logs.filter_log_events(logGroupName=stream["logGroupName"])["events"]) == 2


def test_odd_lines_break_nothing(cloud: Any, logs: Any, stream: dict[str, str]) -> None:
    odd = [
        "\x00\x01\x7f\u2028\ufeff\U0010ffff",
        "x" * 1_000_000,
        "[" * 200_000,
        '{"a":' * 100_000,
        '{"n": 1e999999, "m": -1e400, "nan": NaN, "big": ' + "9" * 4000 + "}",
        '{"n": 1e200}',
        '{"n": -1e200}',
        '{"n": ' + "9" * 400_000 + "}",
        '{"s": "\\ud800", "t": "\\u0000"}',
        json.dumps({f"k{i}": {"v": [i] * 3} for i in range(20_000)}),
        json.dumps([[1] * 100_000]),
        '[a] [b] "c d" [' + "]" * 1000,
        "\\" * 1000 + '"' * 999,
    ]
    with bystander(cloud):
        for message in odd:
            event = {"timestamp": now(), "message": message}
            logs.put_log_events(**stream, logEvents=[event])
        group = stream["logGroupName"]
        found = logs.get_log_events(**stream, startFromHead=True, limit=1)["events"]
        assert found[0]["message"] == odd[0]
        for pattern in (
            "{ $.n > 1 }",
            '{ $.s = "*" || $.k7.v[2] = 7 }',
            "{ $.a.a.a.a NOT EXISTS }",
            "[w1, ..., w2 = 1*]",
            "%x+%",
            '"\\\\"',
        ):
            logs.filter_log_events(logGroupName=group, filterPattern=pattern)
        for query in (
            "fields n, m, big, s, t, k7.v.2, n * m as p | sort n desc, s asc",
            "stats sum(n), avg(m), min(big), max(big), pct(n, 50), count_distinct(s), stddev(n)",
            "fields jsonparse(@message) as j, strlen(@message), toupper(@message) | dedup j",
            "parse @message '[*] *' as a, b | filter ispresent(a)",
        ):
            assert result(logs, start(logs, group, query))["status"] == "Complete"
    event = {"timestamp": now(), "message": "half \ud800"}
    assert error(lambda: logs.put_log_events(**stream, logEvents=[event]))[0] == (
        "SerializationException"
    )


@pytest.mark.parametrize("depth", [50, 2000])
def test_nested_filter_patterns_are_read_or_refused(
    cloud: Any, logs: Any, full: str, depth: int
) -> None:
    patterns = [
        "{ " + "(" * depth + "$.ms = 5" + ")" * depth + " }",
        "[" + "(" * depth + "a = 5" + ")" * depth + "]",
        "{ $" + "[0]" * depth + " = 5 }",
        "{ $.ms = 5 " + "&& $.ms = 5 " * depth + "}",
    ]
    with bystander(cloud):
        for pattern in patterns:
            try:
                logs.filter_log_events(logGroupName=full, filterPattern=pattern, limit=1)
            except ClientError as refused:
                assert refused.response["Error"]["Code"] == "InvalidParameterException"


def test_a_group_keeps_its_newest_events(own_cloud: Any) -> None:
    with own_cloud() as cloud:
        logs = cloud.client("logs")
        for name in ("loud", "calm"):
            logs.create_log_group(logGroupName=name)
            logs.create_log_stream(logGroupName=name, logStreamName="s")
        given = {"logGroupName": "calm", "logStreamName": "s"}
        logs.put_log_events(**given, logEvents=[{"timestamp": now(), "message": "mine"}])
        with bystander(cloud):
            for i in range(80):
                events = [{"timestamp": now(), "message": f"{i} " + "x" * 100_000}] * 10
                logs.put_log_events(logGroupName="loud", logStreamName="s", logEvents=events)
        loud, calm = (
            logs.filter_log_events(logGroupName=name)["events"] for name in ("loud", "calm")
        )
        assert not loud[0]["message"].startswith("0 ")
        assert [event["message"] for event in calm] == ["mine"]
        last = logs.get_log_events(logGroupName="loud", logStreamName="s", limit=1)["events"]
        assert last[0]["message"].startswith("79 ")


def test_events_go_when_their_retention_is_over(own_cloud: Any) -> None:
    with own_cloud(speed=10_000) as cloud:
        logs = cloud.client("logs")
        logs.create_log_group(logGroupName="short")
        logs.create_log_stream(logGroupName="short", logStreamName="s")
        given = {"logGroupName": "short", "logStreamName": "s"}
        logs.put_log_events(**given, logEvents=[{"timestamp": now(), "message": "old"}])
        logs.put_retention_policy(logGroupName="short", retentionInDays=1)
        # a day takes 8.6 s here
        eventually(lambda: not logs.filter_log_events(logGroupName="short")["events"], 20)
