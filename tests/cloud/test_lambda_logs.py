"""What an invocation leaves behind: log lines, metrics, the flight recorder, the meter.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cloud.functions_support import Lambda, eventually

TALKING = """
import logging
logging.getLogger().setLevel(logging.INFO)
print("loading")

def handler(event, context):
    print("first")
    logging.info("second")
    print("third")
    return "ok"
"""


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


def test_lines_come_in_order_with_start_end_and_report(functions: Lambda) -> None:
    name = functions.make(TALKING, MemorySize=256)
    request_id = functions.invoke(name).raw["ResponseMetadata"]["RequestId"]
    lines = functions.log_lines(name)
    assert lines[0].startswith("INIT_START Runtime Version: python:3.")
    assert lines[1] == "loading\n"
    assert lines[2] == f"START RequestId: {request_id} Version: $LATEST\n"
    assert lines[3] == "first\n"
    assert re.fullmatch(
        rf"\[INFO\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{request_id}\tsecond\n", lines[4]
    )
    assert lines[5] == "third\n"
    assert lines[6] == f"END RequestId: {request_id}\n"
    report = re.fullmatch(
        rf"REPORT RequestId: {request_id}\tDuration: ([\d.]+) ms\tBilled Duration: (\d+) ms\t"
        r"Memory Size: 256 MB\tMax Memory Used: (\d+) MB\tInit Duration: ([\d.]+) ms\t\n",
        lines[7],
    )
    assert report is not None
    duration, billed, memory, init = map(float, report.groups())
    # Init is billed with the invocation
    # (both are shown rounded to a hundredth)
    assert -0.02 <= billed - (duration + init) < 1.02
    assert 5 < memory < 256
    assert len(lines) == 8


def test_lines_belong_to_their_own_invocation(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): print('number', event['n'])")
    for number in range(20):
        answer = functions.invoke(name, {"n": number}, LogType="Tail")
        assert [line for line in answer.log.splitlines() if "number" in line] == [
            f"number {number}"
        ]


def test_the_tail_is_the_last_four_kilobytes(functions: Lambda) -> None:
    name = functions.make("def handler(event, context):\n    for n in range(500): print('line', n)")
    log = functions.invoke(name, LogType="Tail").log
    assert len(log.encode()) == 4096
    assert "line 499\n" in log
    assert log.splitlines()[-1].startswith("REPORT")
    assert "LogResult" not in functions.invoke(name).raw


def test_a_message_of_several_lines_stays_one_event(functions: Lambda) -> None:
    name = functions.make(
        """
        import logging
        def handler(event, context):
            logging.error("one\\ntwo")
            raise ValueError("bad")
        """
    )
    functions.invoke(name)
    lines = functions.log_lines(name)
    assert any(line.endswith("one\ntwo\n") for line in lines)
    error = next(line for line in lines if line.startswith("[ERROR] ValueError: bad"))
    assert "Traceback (most recent call last):" in error
    assert 'File "/var/task/app.py"' in error


def test_much_output_is_kept_whole_and_long_lines_are_cut(functions: Lambda) -> None:
    name = functions.make(
        """
        def handler(event, context):
            for n in range(5000):
                print("line", n)
            print("x" * 300_000)
        """,
        Timeout=20,
    )
    functions.invoke(name)
    stream = functions.environments(name)[0]["log_stream"]
    logs = functions.cloud.client("logs")
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = logs.get_log_events(
            logGroupName=f"/aws/lambda/{name}", logStreamName=stream, startFromHead=True, **token
        )
        if not page["events"]:
            break
        found += [event["message"] for event in page["events"]]
        token = {"nextToken": page["nextForwardToken"]}
    assert [line for line in found if line.startswith("line")] == [
        f"line {n}\n" for n in range(5000)
    ]
    longest = max(found, key=len)
    assert 200_000 < len(longest) < 262_144


def test_a_role_that_may_not_log_leaves_no_log(functions: Lambda) -> None:
    name = functions.make(TALKING, Role=functions.role("dynamodb:*"))
    answer = functions.invoke(name, LogType="Tail")
    assert "first" in answer.log
    assert functions.log_lines(name) == []


def test_the_log_group_can_be_chosen(functions: Lambda) -> None:
    name = functions.make(TALKING, LoggingConfig={"LogGroup": "/shop/orders"})
    functions.invoke(name)
    events = functions.cloud.client("logs").filter_log_events(logGroupName="/shop/orders")
    assert "first\n" in [event["message"] for event in events["events"]]


def test_json_logs_are_json_from_start_to_report(functions: Lambda) -> None:
    name = functions.make(
        """
        import logging
        log = logging.getLogger("orders")
        def handler(event, context):
            log.info("stored %s", "o-1", extra={"orderId": "o-1"})
            log.debug("not this")
            raise ValueError("bad")
        """,
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "INFO"},
    )
    request_id = functions.invoke(name).raw["ResponseMetadata"]["RequestId"]
    found = [json.loads(line) for line in functions.log_lines(name)]
    kinds = [entry.get("type") or entry["level"] for entry in found]
    assert kinds == [
        "platform.initStart", "platform.start", "INFO", "ERROR", "platform.report",
    ]  # fmt: skip
    assert found[2]["message"] == "stored o-1"
    assert found[2]["orderId"] == "o-1"
    assert found[2]["requestId"] == request_id
    assert found[3]["errorType"] == "ValueError"
    report = found[4]["record"]
    assert report["requestId"] == request_id
    assert report["status"] == "error"
    assert report["metrics"]["memorySizeMB"] == 128
    assert "initDurationMs" in report["metrics"]


def test_a_metric_in_the_log_becomes_a_metric(functions: Lambda) -> None:
    name = functions.make(
        """
        import json, time
        def handler(event, context):
            print(json.dumps({
                "_aws": {
                    "Timestamp": int(time.time() * 1000),
                    "CloudWatchMetrics": [{
                        "Namespace": "Shop",
                        "Dimensions": [["Service"]],
                        "Metrics": [{"Name": "OrderValue", "Unit": "None"}],
                    }],
                },
                "Service": "orders",
                "OrderValue": 12.5,
            }))
        """
    )
    functions.invoke(name)
    assert _sum(functions, "Shop", "OrderValue", {"Service": "orders"}) == 12.5


def test_invocations_errors_and_durations_are_counted(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): return 1 / event['by']", Publish=True)
    functions.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    functions.invoke(name, {"by": 1})
    functions.invoke(name, {"by": 0})
    functions.invoke(name, {"by": 1}, Qualifier="live")
    dimensions = {"FunctionName": name}
    assert _sum(functions, "AWS/Lambda", "Invocations", dimensions) == 3
    assert _sum(functions, "AWS/Lambda", "Errors", dimensions) == 1
    assert _sum(functions, "AWS/Lambda", "Duration", dimensions) > 0
    alias = {**dimensions, "Resource": f"{name}:live"}
    assert _sum(functions, "AWS/Lambda", "Invocations", alias) == 1


def _sum(functions: Lambda, namespace: str, metric: str, dimensions: dict[str, str]) -> float:
    cloudwatch = functions.cloud.client("cloudwatch")
    now = datetime.now(UTC)

    def points() -> Any:
        return cloudwatch.get_metric_statistics(
            Namespace=namespace, MetricName=metric, Period=60, Statistics=["Sum"],
            StartTime=now - timedelta(minutes=5), EndTime=now + timedelta(minutes=5),
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        )["Datapoints"]  # fmt: skip

    return float(sum(point["Sum"] for point in eventually(points)))


def test_the_flight_recorder_knows_who_called_whom_about_which_order(
    functions: Lambda,
) -> None:
    name = functions.make("def handler(event, context): return 'ok'")
    functions.invoke(name, {"orderId": "invoked-1"})
    # not the page of all hops: it begins with the oldest, of which a shared cloud has many
    hop = functions.cloud.page("recorder/trace?id=invoked-1")["hops"][0]
    assert hop["source"] == "client"
    assert hop["target"].endswith(f":function:{name}")
    assert (hop["action"], hop["outcome"]) == ("Invoke", "ok")
    assert hop["detail"]["cold"] is True
    assert hop["detail"]["init_ms"] > 0


def test_the_meter_counts_requests_and_gigabyte_seconds(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): return 'ok'", MemorySize=1024)
    functions.invoke(name)
    report = functions.log_lines(name)[-1]
    billed = int(re.search(r"Billed Duration: (\d+)", report)[1])  # type: ignore[index]
    meter = json.dumps(functions.cloud.page("meter"))
    assert "lambda.requests" in meter
    assert name in meter
    assert str(billed / 1000) in meter
