"""A notebook's kernel that is interrupted, restarted and killed: what stays, and what ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cloud.notebook_kernel import Kernel, eventually, gone, kernel

OPEN = """
import orderlab, time
lab = orderlab.start(chapter=1, quiet=True)
sqs = lab.client("sqs")
_ = sqs.create_queue(QueueName="mine")
"""
PIDS = "print(lab.target.pid, monolith.pid)"


def numbers(printed: str) -> list[int]:
    return [int(word) for word in printed.split()]


@pytest.fixture(scope="module")
def open_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel with chapter 01 and a monolith, for tests that leave both as they were."""
    with kernel(tmp_path_factory.mktemp("home")) as running:
        opened = running.run(
            OPEN + "from orderlab.orders.monolith import Monolith\nmonolith = Monolith()"
        )
        assert not opened.error, opened.traceback
        yield running


def test_an_interrupt_stops_the_cell_and_neither_the_cloud_nor_the_monolith(
    open_kernel: Kernel,
) -> None:
    before = open_kernel.run(PIDS).printed
    stopped = open_kernel.interrupted("print('at it', flush=True); time.sleep(60)", "at it")
    assert stopped.error == "KeyboardInterrupt"
    asked = "print(len(sqs.list_queues()['QueueUrls']), len(monolith.stored()))"
    assert open_kernel.run(asked).printed.split() == ["1", "0"]
    assert open_kernel.run(PIDS).printed == before
    assert not any(gone(pid) for pid in numbers(before))


def test_an_interrupt_in_a_call_to_the_cloud_leaves_the_client_usable(open_kernel: Kernel) -> None:
    waits = """
url = sqs.get_queue_url(QueueName="mine")["QueueUrl"]
print("at it", flush=True)
sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
"""
    assert open_kernel.interrupted(waits, "at it").error == "KeyboardInterrupt"
    assert "mine" in open_kernel.run("print(sqs.list_queues()['QueueUrls'])").printed


def test_all_works_on_after_the_machine_slept(open_kernel: Kernel) -> None:
    """Processes are stopped as a suspended machine stops them, the cloud in a long poll."""
    pids = numbers(open_kernel.run(PIDS).printed)

    def sleep_and_wake(printed: str) -> bool:
        if "at it" in printed:
            for number in (signal.SIGSTOP, signal.SIGCONT):
                for pid in (open_kernel.pid, *pids):
                    os.kill(pid, number)
                time.sleep(1.0)
            return True
        return False

    polls = """
url = sqs.get_queue_url(QueueName="mine")["QueueUrl"]
print("at it", flush=True)
print(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages"))
"""
    assert open_kernel.run(polls, sleep_and_wake).printed.split()[-1] == "None"
    said = open_kernel.run("lab = orderlab.start(chapter=1)").printed
    assert "everything stands as you left it" in said
    assert open_kernel.run("print(len(monolith.stored()))").printed.strip() == "0"


CHECK = """
from dataclasses import replace
from orderlab.exercises import registry
ex = lab.exercise("1.1")
def slow(workspace):
    print("at it", flush=True)
    time.sleep(60)
right, ex._exercise = ex._exercise, replace(ex._exercise, check=slow)
ex.check()
"""
REPLAY = """
from orderlab.orders.replay import replay
print("at it", flush=True)
replay(monolith.url, orderlab.orders.replay.SAMPLE, speed=60)
"""
START = """
import threading
from orderlab.orders import architecture
build = architecture.build
def slow(*arguments, **options):
    print("at it", flush=True)
    time.sleep(60)
architecture.build = slow
orderlab.start(chapter=2)
"""


def test_an_interrupted_check_says_so_in_one_sentence_and_counts_for_nothing(
    open_kernel: Kernel,
) -> None:
    stopped = open_kernel.interrupted(CHECK, "at it")
    assert stopped.error == "Interrupted"
    assert len(stopped.traceback) == 1 and "check of 1.1 was interrupted" in stopped.traceback[0]
    after = open_kernel.run(
        "ex._exercise = right; print(lab.progress.exercise('1.1').tries, ex.check().kind)"
    )
    assert after.printed.split() == ["0", "untouched"]


def test_an_interrupted_replay_ends_at_once_and_the_next_one_works(open_kernel: Kernel) -> None:
    assert open_kernel.interrupted(REPLAY, "at it").error == "KeyboardInterrupt"
    again = open_kernel.run(
        # under ids of their own: the interrupted one may have stored the sample's first orders
        "from orderlab.requirements.system import fresh_orders\n"
        "print(len(replay(monolith.url, fresh_orders(5)).accepted))"
    )
    assert again.printed.strip() == "5"


def test_an_interrupted_start_leaves_nothing_half_open(open_kernel: Kernel) -> None:
    """Last in this kernel: chapter 01 is closed by opening another."""
    stopped = open_kernel.interrupted(START, "at it")
    assert stopped.error == "Interrupted"
    assert len(stopped.traceback) == 1
    assert "start of chapter 02 was interrupted. Run the cell again." in stopped.traceback[0]
    again = open_kernel.run(
        "architecture.build = build\nlab = orderlab.start(chapter=2)\n"
        "print(len(lab.client('apigateway').get_rest_apis()['items']))"
    )
    assert not again.error, again.traceback
    assert again.printed.split()[-1] == "1"


def test_a_kernel_that_is_killed_takes_cloud_and_monolith_with_it(tmp_path: Path) -> None:
    # a process that the learner's code has forked holds whatever the kernel had open
    forks = """
from orderlab.orders.monolith import Monolith
monolith = Monolith()
import os
child = os.fork()
if child == 0:
    os.setsid()
    time.sleep(60)
    os._exit(0)
print(lab.target.pid, monolith.pid, child)
"""
    with kernel(tmp_path) as running:
        cloud, monolith, child = numbers(running.run(OPEN + forks).printed)
        running.kill()
        try:
            eventually(lambda: gone(cloud) and gone(monolith))
        finally:
            os.kill(child, signal.SIGKILL)


def test_work_stands_again_after_the_kernel_was_restarted(tmp_path: Path) -> None:
    with kernel(tmp_path) as running:
        (old,) = numbers(running.run(OPEN + "print(lab.target.pid)").printed)
        running.restart()
        eventually(lambda: gone(old))
        again = running.run(
            "import orderlab\nlab = orderlab.start(chapter=1)\n"
            "print(lab.client('sqs').list_queues()['QueueUrls'])"
        )
        assert "your step stands again" in again.printed and "/mine" in again.printed
        assert "Another notebook" not in again.printed


def test_a_cloud_that_is_killed_is_said_in_one_sentence_and_replaced(tmp_path: Path) -> None:
    with kernel(tmp_path) as running:
        (old,) = numbers(running.run(OPEN + "print(lab.target.pid)").printed)
        os.kill(old, signal.SIGKILL)
        failed = running.run("sqs.list_queues()")
        assert failed.error == "CloudGone"
        assert failed.traceback == [
            "CloudGone: The local cloud has stopped. Run the first cell "
            "(`orderlab.start(chapter=1)`) again; your work is kept."
        ]
        again = running.run("lab = orderlab.start(chapter=1)")
        assert again.printed.startswith("The local cloud had stopped; this is another one.")
        assert "/mine" in running.run("print(sqs.list_queues()['QueueUrls'])").printed
