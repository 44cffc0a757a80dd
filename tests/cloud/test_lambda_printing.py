"""A function that prints without end pays for it itself, in its own time.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cloud.bystander import bystander
from tests.cloud.functions_support import Lambda, eventually

PRINTING = """
import os, time

def handler(event, context):
    end, count = time.time() + 2, 0
    while time.time() < end:
        if event.get("raw"):
            os.write(1, event["text"].encode() * 1000)
        else:
            print(event["text"] * event.get("times", 1), end=event.get("end", "\\n"))
        count += 1
    return count
"""


def memory_mb(cloud: Any) -> int:
    pages = Path(f"/proc/{cloud.pid}/statm").read_text().split()[1]
    return int(pages) * 4096 // 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(
    "event",
    [
        {"text": "x"},
        {"text": "x\n", "raw": True},
        {"text": "x", "times": 100_000},
        {"text": "x", "times": 1000, "end": ""},
        {"text": "\u00a5Z\x00\x03", "raw": True},
    ],
    ids=["prints", "bytes", "long lines", "no lines", "like frames"],
)
def test_a_function_that_prints_without_end(own_cloud: Any, event: dict[str, Any]) -> None:
    with own_cloud() as cloud:
        functions = Lambda(cloud)
        name = functions.make(PRINTING, Timeout=10, MemorySize=256)
        functions.invoke(name, {"text": "once", "end": "\n", "times": 0})
        before = memory_mb(cloud)
        with bystander(cloud):
            assert functions.invoke(name, event).value > 0
        assert memory_mb(cloud) - before < 150


def test_a_line_that_is_longer_than_an_event_becomes_several(cloud: Any) -> None:
    functions = Lambda(cloud)
    name = functions.make("def handler(event, context):\n    print('x' * 300_000)\n")
    functions.invoke(name)
    lengths = eventually(
        lambda: [len(line) for line in functions.log_lines(name) if line.startswith("x")]
    )
    assert lengths == [262_118, 300_001 - 262_118]


def test_all_that_was_printed_before_the_end_is_in_the_log(cloud: Any) -> None:
    functions = Lambda(cloud)
    name = functions.make(
        "def handler(event, context):\n    for i in range(20_000): print('line', i)\n", Timeout=30
    )
    functions.invoke(name)
    logs = cloud.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
    lines = [event["message"] for page in pages for event in page["events"]]
    printed = [line for line in lines if line.startswith("line ")]
    assert printed == [f"line {i}\n" for i in range(20_000)]


def test_odd_output_is_a_log_line_and_no_more(cloud: Any) -> None:
    functions = Lambda(cloud)
    name = functions.make(
        r"""
        import json, os
        def handler(event, context):
            print("\x00 nothing \x00")
            print("[" * 5000)
            print('{"_aws": ' + "[" * 5000)
            print('{"_aws": {"CloudWatchMetrics": ' + "9" * 5000 + "}}")
            print('{"level": 1e999999, "n": NaN, "d": {"e": [1, 2]}}')
            os.write(1, b"\xff\xfe half \xed\xa0\x80 pair\n")
            os.write(1, b'{"s": "\\ud800"}\n')
            os.write(1, b"\xa5\x5a\x00 not a frame\n")
            return "ok"
        """
    )
    with bystander(cloud):
        assert functions.invoke(name).value == "ok"
        assert functions.invoke(name).value == "ok"
        logs = cloud.client("logs")
        group = f"/aws/lambda/{name}"
        assert any("\x00 nothing \x00" in line for line in functions.log_lines(name))
        for pattern in ('"half"', "{ $.level > 1 }", "{ $.s = * }", "[a, b]", "{ $.d.e[1] = 2 }"):
            logs.filter_log_events(logGroupName=group, filterPattern=pattern)
        query = logs.start_query(
            logGroupName=group,
            startTime=0,
            endTime=2_000_000_000,
            queryString="fields level, d.e.1, jsonparse(@message), level + 1 | sort level desc",
        )["queryId"]
        eventually(lambda: logs.get_query_results(queryId=query)["status"] == "Complete")
