"""Work that waits in a queue: counted, looked at, and worked off by a function."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.orders.parts.names import queue_arn
from orderlab.practice.backlog import Backlog, work_off
from orderlab.practice.deliveries import deliveries, most_at_once
from orderlab.practice.functions import deploy
from orderlab.practice.removal import remove

WORK = "import time\ndef handler(event, context):\n    time.sleep(0.1)\n"
CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


@pytest.fixture(scope="module")
def target(cloud: Any) -> LocalTarget:
    return LocalTarget.attach(cloud.endpoint, "test", "test")


@pytest.fixture
def queue(target: LocalTarget) -> Any:
    name = f"backlog-{uuid.uuid4().hex[:8]}"
    target.client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "30"})
    yield name
    url = target.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    target.client("sqs").delete_queue(QueueUrl=url)


def worker(target: LocalTarget, queue: str, **settings: Any) -> str:
    name = f"worker-{uuid.uuid4().hex[:8]}"
    allowed = [{"Effect": "Allow", "Action": CONSUME, "Resource": queue_arn(target, queue)}]
    deploy(target, name, WORK, Timeout=5, allowed=allowed)
    target.client("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=queue_arn(target, queue), **settings
    )
    return name


def test_each_receive_of_an_order_is_counted(target: LocalTarget, queue: str) -> None:
    sqs = target.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    once, thrice, never = (f"o-{uuid.uuid4().hex}" for _ in range(3))
    for each in (once, thrice):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"order_id": each}))
    received = dict.fromkeys((once, thrice), 0)
    # which of the two comes next is up to the queue
    while not received[once] or received[thrice] < 3:
        answer = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, WaitTimeSeconds=5)
        [got] = answer["Messages"]
        received[json.loads(got["Body"])["order_id"]] += 1
        if once in got["Body"]:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
    found = deliveries(target, queue, [once, thrice, never])
    assert found == {**received, never: 0}
    assert found[once] == 1
    assert found[thrice] >= 3


def test_a_function_with_a_maximum_works_off_a_backlog(target: LocalTarget, queue: str) -> None:
    limit = {"MaximumConcurrency": 2}
    name = worker(target, queue, BatchSize=1, ScalingConfig=limit)
    with Backlog(target, queue) as seen:
        done = work_off(target, queue, name, 8)
    assert done.calls == 8
    assert done.refused == 0
    assert 1 <= done.most_at_once <= 2
    assert max(seen.waiting) + max(seen.in_work) > 0
    assert seen.waiting[-1] == seen.in_work[-1] == 0
    remove(target, name)


def test_larger_batches_are_fewer_calls(target: LocalTarget, queue: str) -> None:
    name = worker(target, queue, BatchSize=10, ScalingConfig={"MaximumConcurrency": 2})
    assert work_off(target, queue, name, 20).calls < 20
    remove(target, name)


def test_calls_at_the_same_moment_are_counted() -> None:
    def call(at: float, seconds: float) -> dict[str, float]:
        return {"at": at, "duration_ms": 1000 * seconds}

    assert most_at_once([]) == 0
    assert most_at_once([call(0, 1), call(1, 1)]) == 1
    assert most_at_once([call(0, 3), call(1, 3), call(2, 0.5), call(5, 1)]) == 3
