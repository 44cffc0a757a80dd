"""Concurrency is what AWS's rules say, also where every processor is busy with something else.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.event_source_kit import Kit, until
from tests.cloud.functions_support import Lambda

# Works for a second, and says from when to when in which environment.
WORKING = """
import time
def handler(event, context):
    began = time.time()
    time.sleep(event.get("seconds", 1.0))
    return [began, time.time(), context.log_stream_name]
"""


@pytest.fixture(scope="module", autouse=True)
def busy_machine() -> Iterator[None]:
    """Every processor has something else to do."""
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


@pytest.fixture(scope="module")
def cloud(own_cloud: Any) -> Iterator[Any]:
    with own_cloud(speed=1) as running:
        yield running


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


@pytest.fixture(scope="module")
def kit(cloud: Any) -> Iterator[Kit]:
    kit = Kit(cloud)
    yield kit
    kit.close()


def most_at_once(kit: Kit, name: str, until_busy: int, seconds: float = 15.0) -> int:
    """The most environments of a function seen at work until `until_busy` were, or time is up."""
    most, deadline = 0, time.monotonic() + seconds
    while most < until_busy and time.monotonic() < deadline:
        found = kit.cloud.page(f"environments?function={name}")
        most = max(most, sum(each["state"] == "busy" for each in found))
        time.sleep(0.02)
    return most


def test_five_invokes_at_once_are_five_environments(functions: Lambda) -> None:
    name = functions.make(WORKING, Timeout=30)
    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda _: functions.invoke(name, {"seconds": 3}), range(5)))
    found = [answer.value for answer in answers]
    assert len({stream for _, _, stream in found}) == 5
    # all of them were at work when the last one began
    assert max(began for began, _, _ in found) < min(ended for _, ended, _ in found)


def test_five_quick_invokes_at_once_do_not_share_an_environment(functions: Lambda) -> None:
    name = functions.make(WORKING, Timeout=30)
    functions.invoke(name, {"seconds": 0})
    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda _: functions.invoke(name, {"seconds": 2}), range(5)))
    streams = {answer.value[2] for answer in answers}
    assert len(streams) == 5


def test_six_messages_are_worked_on_side_by_side(kit: Kit) -> None:
    queue = kit.queue(VisibilityTimeout=60)
    function = kit.function(SLEEP="5")
    kit.send(queue, *(str(number) for number in range(6)))
    kit.mapping(function, kit.arn(queue), BatchSize=1)
    # five to begin with, and one more while the sixth waits
    assert most_at_once(kit, function.name, 6) == 6
    until(lambda: kit.left(queue) == 0, 30)


def test_a_maximum_concurrency_is_reached_and_not_passed(kit: Kit) -> None:
    queue = kit.queue(VisibilityTimeout=60)
    function = kit.function(SLEEP="1")
    kit.send(queue, *(str(number) for number in range(6)))
    kit.mapping(function, kit.arn(queue), BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    assert most_at_once(kit, function.name, 3, 5) == 2
    until(lambda: kit.left(queue) == 0, 30)
    assert len(kit.cloud.page(f"environments?function={function.name}")) == 2


def test_a_queue_uses_the_whole_reservation_of_its_function(kit: Kit) -> None:
    queue = kit.queue(VisibilityTimeout=60)
    function = kit.function(SLEEP="2")
    kit.lambda_.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=2)
    kit.send(queue, *(str(number) for number in range(6)))
    kit.mapping(function, kit.arn(queue), BatchSize=1)
    assert most_at_once(kit, function.name, 3, 5) == 2
    until(lambda: kit.left(queue) == 0, 40)
    kit.lambda_.delete_function_concurrency(FunctionName=function.name)


def test_each_group_of_a_fifo_queue_has_one_batch_at_work(kit: Kit) -> None:
    settings = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": 60}
    queue, function = kit.queue(**settings), kit.function(SLEEP="2")
    for number in range(2):
        for group in "abc":
            kit.send(queue, f"{group}{number}", MessageGroupId=group)
    kit.mapping(function, kit.arn(queue), BatchSize=1)
    assert most_at_once(kit, function.name, 4, 4) == 3
    until(lambda: kit.left(queue) == 0, 30)
    for group in "abc":
        mine = [body for body in function.bodies() if body.startswith(group)]
        assert mine == [f"{group}0", f"{group}1"]


def test_a_shard_has_as_many_batches_at_work_as_its_parallelization_factor(kit: Kit) -> None:
    table, stream = kit.table()
    function = kit.function(SLEEP="2")
    kit.mapping(
        function, stream, BatchSize=1, StartingPosition="TRIM_HORIZON", ParallelizationFactor=4
    )
    kit.put(table, *(f"order-{number}" for number in range(30)))
    assert most_at_once(kit, function.name, 5, 5) == 4


def test_reserved_concurrency_is_reached_and_what_is_beyond_it_throttled(
    functions: Lambda,
) -> None:
    name = functions.make(WORKING, Timeout=30)
    functions.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)

    def invoke(_: int) -> str:
        try:
            return str(functions.invoke(name, {"seconds": 4}).value[2])
        except ClientError as error:
            return str(dict(error.response)["Reason"])

    with ThreadPoolExecutor(5) as threads:
        found = list(threads.map(invoke, range(5)))
    refused = "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert found.count(refused) == 2
    assert len(set(found) - {refused}) == 3
