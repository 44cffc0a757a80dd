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

from benchmarks.figure import Figure, as_text
from orderlab.aws_target.local import LocalTarget

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


def measure(*, quick: bool = False) -> list[Figure]:
    cold_starts = 3 if quick else COLD_STARTS
    with LocalTarget.start() as target:
        functions, queues = target.client("lambda"), target.client("sqs")
        runs_as = role(target.client("iam"))
        queues.create_queue(QueueName="benchmark-functions")
        create(functions, runs_as, "benchmark-empty", EMPTY)
        functions.invoke(FunctionName="benchmark-empty")
        invoke = lambda: functions.invoke(FunctionName="benchmark-empty", Payload=b"{}")  # noqa: E731
        get_url = lambda: queues.get_queue_url(QueueName="benchmark-functions")  # noqa: E731
        # both in the same round, so that a busy machine slows both alike
        pairs = [(_milliseconds(invoke), _milliseconds(get_url)) for _ in range(ROUNDS)]
        cold = [_cold(functions, runs_as, WITH_BOTO3, number) for number in range(cold_starts)]
        start = [_cold(functions, runs_as, EMPTY, number + 100) for number in range(cold_starts)]
    warm, url = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(invoke / get_url for invoke, get_url in pairs)
    return [
        Figure("warm Invoke through boto3", warm, "ms"),
        Figure("GetQueueUrl through boto3", url, "ms"),
        Figure("warm Invoke against GetQueueUrl", ratio, "times", at_most=2.0),
        Figure(
            "cold start of a handler that imports boto3",
            statistics.median(cold),
            "ms",
            at_most=400.0,
        ),
        Figure("of which the process start", statistics.median(start), "ms", at_most=80.0),
    ]


def _milliseconds(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        answer = call()
        if "Payload" in answer:
            answer["Payload"].read()
    return (time.perf_counter() - began) / CALLS * 1000


def _cold(functions: Any, runs_as: str, code: str, number: int) -> float:
    """The Init Duration that the first invocation of a new function reports."""
    name = f"benchmark-cold-{number}"
    create(functions, runs_as, name, code)
    answer = functions.invoke(FunctionName=name, LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    functions.delete_function(FunctionName=name)
    found = re.search(r"Init Duration: ([\d.]+) ms", log)
    assert found is not None, log
    return float(found[1])


def create(functions: Any, runs_as: str, name: str, code: str) -> None:
    """A function of one file, with the processor time of one vCPU."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", code)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=runs_as,
        Code={"ZipFile": buffer.getvalue()},
        MemorySize=1769,
    )


def role(iam: Any) -> str:
    """The ARN of a role that Lambda may assume."""
    created = iam.create_role(
        RoleName="benchmark-functions", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    arn: str = created["Role"]["Arn"]
    return arn


if __name__ == "__main__":
    print(as_text(measure()))
