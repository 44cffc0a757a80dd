"""How many environments work side by side while every processor is busy with something else.

AWS's rules decide that, not the machine: five calls at once are five environments, however long
each of them waits for a processor.

python -m benchmarks.concurrency
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from benchmarks.figure import Figure, as_text
from benchmarks.functions import create, role
from orderlab.aws_target.local import LocalTarget

CALLS, MESSAGES, LIMIT = 5, 6, 2
WORKING = "import time\ndef handler(event, context): time.sleep(1)"
READS_QUEUES = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def measure(*, quick: bool = False) -> list[Figure]:
    with LocalTarget.start() as target, every_processor_busy():
        iam = target.client("iam")
        runs_as = role(iam)
        statement = {"Effect": "Allow", "Action": READS_QUEUES, "Resource": "*"}
        iam.put_role_policy(
            RoleName=runs_as.rpartition("/")[2],
            PolicyName="reads-queues",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        invokes = _of_invokes(target, runs_as)
        messages = _of_messages(target, runs_as, "benchmark-queue")
        limited = _of_messages(
            target, runs_as, "benchmark-limit", ScalingConfig={"MaximumConcurrency": LIMIT}
        )
    busy = "every processor busy"
    return [
        _figure(f"{CALLS} Invokes of 1 s at once, {busy}", invokes, CALLS),
        _figure(f"{MESSAGES} messages of 1 s, batch size 1, {busy}", messages, 5),
        _figure(f"the same with a maximum concurrency of {LIMIT}", limited, LIMIT),
    ]


@contextmanager
def every_processor_busy() -> Iterator[None]:
    """As many processes that do nothing but work as there are processors."""
    burning = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True)
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for process in burning:
            process.kill()
            process.wait()


def _figure(name: str, reached: int, wanted: int) -> Figure:
    return Figure(name, reached, "side by side", at_least=wanted)


def _of_invokes(target: LocalTarget, runs_as: str) -> int:
    functions = target.client("lambda")
    create(functions, runs_as, "benchmark-invokes", WORKING)
    with _Watch(target, "benchmark-invokes") as watch, ThreadPoolExecutor(CALLS) as threads:
        for _ in range(CALLS):
            threads.submit(functions.invoke, FunctionName="benchmark-invokes")
    return watch.most


def _of_messages(target: LocalTarget, runs_as: str, name: str, **settings: Any) -> int:
    functions, queues = target.client("lambda"), target.client("sqs")
    create(functions, runs_as, name, WORKING)
    url = queues.create_queue(QueueName=name)["QueueUrl"]
    for number in range(MESSAGES):
        queues.send_message(QueueUrl=url, MessageBody=str(number))
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    with _Watch(target, name) as watch:
        functions.create_event_source_mapping(
            FunctionName=name,
            EventSourceArn=arn["Attributes"]["QueueArn"],
            BatchSize=1,
            **settings,
        )
        deadline = time.monotonic() + 60
        while watch.invocations < MESSAGES and time.monotonic() < deadline:
            time.sleep(0.05)
    return watch.most


class _Watch:
    """Looks how many environments of a function work at the same time."""

    def __init__(self, target: LocalTarget, function: str) -> None:
        self._target, self._function = target, function
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.most = self.invocations = 0

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.02):
            found = self._target.page(f"environments?function={self._function}")
            self.most = max(self.most, sum(each["state"] == "busy" for each in found))
            self.invocations = sum(each["invocations"] for each in found)


if __name__ == "__main__":
    print(as_text(measure()))
