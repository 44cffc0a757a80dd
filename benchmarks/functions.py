"""Lambda: a warm Invoke against the cheapest call there is, a cold start, the process start.

python -m benchmarks.functions
"""

from __future__ import annotations

import base64
import io
import json
import re
import statistics
import time
import zipfile
from collections.abc import Callable
from typing import Any

from orderlab.target.local import LocalTarget

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
EMPTY = "def handler(event, context): return event"
WITH_BOTO3 = "import boto3\n" + EMPTY
ROUNDS, CALLS, COLD_STARTS = 5, 200, 7


def measure() -> list[dict[str, Any]]:
    """The figures: each with its value, its unit and what it is to reach."""
    with LocalTarget.start() as target:
        functions, queues = target.client("lambda"), target.client("sqs")
        role = _role(target.client("iam"))
        queues.create_queue(QueueName="benchmark-functions")
        _create(functions, role, "benchmark-empty", EMPTY)
        functions.invoke(FunctionName="benchmark-empty")
        invoke = lambda: functions.invoke(FunctionName="benchmark-empty", Payload=b"{}")  # noqa: E731
        get_url = lambda: queues.get_queue_url(QueueName="benchmark-functions")  # noqa: E731
        # both in the same round, so that a busy machine slows both alike
        pairs = [(_milliseconds(invoke), _milliseconds(get_url)) for _ in range(ROUNDS)]
        cold = [_cold(functions, role, WITH_BOTO3, number) for number in range(COLD_STARTS)]
        start = [_cold(functions, role, EMPTY, number + 100) for number in range(COLD_STARTS)]
    warm, url = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(invoke / get_url for invoke, get_url in pairs)
    return [
        _figure("warm Invoke", warm, "ms", None),
        _figure("GetQueueUrl", url, "ms", None),
        _figure("warm Invoke against GetQueueUrl", ratio, "times", 2.0),
        _figure("cold start with boto3", statistics.median(cold), "ms", 400.0),
        _figure("of which the process start", statistics.median(start), "ms", 80.0),
    ]


def _figure(name: str, value: float, unit: str, reach: float | None) -> dict[str, Any]:
    return {"figure": name, "value": round(value, 2), "unit": unit, "reach": reach}


def _milliseconds(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        answer = call()
        if "Payload" in answer:
            answer["Payload"].read()
    return (time.perf_counter() - began) / CALLS * 1000


def _cold(functions: Any, role: str, code: str, number: int) -> float:
    """The Init Duration that the first invocation of a new function reports."""
    name = f"benchmark-cold-{number}"
    _create(functions, role, name, code)
    answer = functions.invoke(FunctionName=name, LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    functions.delete_function(FunctionName=name)
    found = re.search(r"Init Duration: ([\d.]+) ms", log)
    assert found is not None, log
    return float(found[1])


def _create(functions: Any, role: str, name: str, code: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", code)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": buffer.getvalue()},
        MemorySize=1769,
    )


def _role(iam: Any) -> str:
    created = iam.create_role(
        RoleName="benchmark-functions", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    arn: str = created["Role"]["Arn"]
    return arn


def main() -> None:
    for entry in measure():
        reach = f"   reach {entry['reach']:g}" if entry["reach"] else ""
        print(f"{entry['figure']:<34}{entry['value']:>9.2f} {entry['unit']}{reach}")


if __name__ == "__main__":
    main()
