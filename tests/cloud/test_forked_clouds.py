"""Clouds forked from one process: each by itself, and ended like one that was started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from orderlab.aws_target.child import CloudProcess
from orderlab.aws_target.forked import forked
from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from tests.cloud.queue_kit import until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone forks")


@pytest.fixture
def pair() -> Iterator[list[LocalTarget]]:
    with LocalTarget.start(launch=forked) as one, LocalTarget.start(launch=forked) as other:
        yield [one, other]


def test_two_clouds_share_nothing(pair: list[LocalTarget]) -> None:
    one, other = pair
    one.client("sqs").create_queue(QueueName="orders")
    assert other.client("sqs").list_queues().get("QueueUrls", []) == []
    assert one.endpoint != other.endpoint
    assert one.access_key_id != other.access_key_id
    assert one.pid != other.pid


def test_functions_run_in_it(pair: list[LocalTarget]) -> None:
    from orderlab.practice.functions import deploy

    code = "def handler(event, context):\n    return {'twice': 2 * event['n']}\n"
    for number, target in enumerate(pair):
        deploy(target, "double", code)
        got = target.client("lambda").invoke(
            FunctionName="double", Payload=json.dumps({"n": number})
        )
        assert json.load(got["Payload"]) == {"twice": 2 * number}


def test_it_ends_when_it_is_stopped() -> None:
    process = CloudProcess({}, forked)
    assert process.runs
    process.stop()
    assert not process.runs
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_a_killed_one_is_seen_to_have_ended() -> None:
    process = CloudProcess({}, forked)
    os.kill(process.ready["pid"], signal.SIGKILL)
    assert process._process.wait(10) == -signal.SIGKILL
    assert not process.runs
    process.stop()


def test_what_keeps_it_from_starting_is_told(pair: list[LocalTarget]) -> None:
    taken = int(pair[0].endpoint.rpartition(":")[2])
    with pytest.raises(LearnerError, match=f"Port {taken}"):
        CloudProcess({"port": taken}, forked)


# in a process of its own: with the server go the clouds that it has forked
ITS_SERVER_DIES = """
import psutil
from orderlab.aws_target.child import CloudProcess
from orderlab.aws_target.forked import forked
server = psutil.Process(CloudProcess({}, forked).pid).parent()
assert "orderlab.cloud.forkserver" in server.cmdline()
server.kill()
server.wait()
assert CloudProcess({}, forked).ready["endpoint"]
"""


def test_another_server_takes_the_place_of_one_that_died() -> None:
    subprocess.run([sys.executable, "-c", ITS_SERVER_DIES], check=True, timeout=60)


STARTS_ONE = """
import time
from orderlab.aws_target.child import CloudProcess
from orderlab.aws_target.forked import forked
print(CloudProcess({}, forked).pid, flush=True)
time.sleep(60)
"""


def test_it_ends_with_whoever_started_it() -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTS_ONE], stdout=subprocess.PIPE)
    assert starter.stdout
    with starter.stdout as said:
        pid = int(said.readline())
        starter.kill()
        starter.wait()
    until(lambda: not _runs(pid))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
