"""How long a cloud takes from nothing to its first answered call, and what it weighs idle.

python -m benchmarks.start
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.figure import Figure, as_text
from orderlab.aws_target.local import LocalTarget

KEY = "benchmark"
ROUNDS = 7
IDLE_SECONDS = 3.0
LONGEST_SECONDS = 30.0
COMMAND = [str(Path(sys.executable).with_name("orderlab")), "cloud", "--json"]


def measure(*, quick: bool = False) -> list[Figure]:
    rounds = 3 if quick else ROUNDS
    child = [_seconds(_child) for _ in range(rounds)]
    command = [_seconds(_command) for _ in range(rounds)]
    return [
        Figure("cloud start to first answered call", statistics.median(child), "s", at_most=1.0),
        Figure(
            "the same for the command `orderlab cloud`",
            statistics.median(command),
            "s",
            at_most=1.0,
        ),
        Figure("memory of an idle cloud", _idle_memory(), "MB", at_most=150.0),
    ]


def _seconds(run: Any) -> float:
    """From before the process is started until a client, made beforehand, has its answer."""
    port = _free_port()
    target = LocalTarget.attach(f"http://127.0.0.1:{port}", KEY, KEY)
    client = target.client("sqs")
    began = time.perf_counter()
    with run(port):
        client.list_queues()
        seconds = time.perf_counter() - began
    target.stop()
    return seconds


@contextmanager
def _child(port: int) -> Iterator[psutil.Process]:
    """As a notebook has it."""
    settings = {"port": port, "access_key_id": KEY, "secret_access_key": KEY}
    yield from _running(
        [sys.executable, "-m", "orderlab.cloud"], {"ORDERLAB_CLOUD": json.dumps(settings)}
    )


@contextmanager
def _command(port: int) -> Iterator[psutil.Process]:
    """As a shell has it."""
    keys = ["--port", str(port), "--access-key-id", KEY, "--secret-access-key", KEY]
    yield from _running([*COMMAND, *keys], {})


def _running(command: list[str], variables: dict[str, str]) -> Iterator[psutil.Process]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **variables},
    )
    assert process.stdin and process.stdout
    try:
        if not process.stdout.readline():
            raise RuntimeError(f"{command} ended while it started.")
        yield psutil.Process(process.pid)
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(10)
        process.stdout.close()


def _idle_memory() -> float:
    """Resident memory of the cloud and its children, in MB, some seconds after the first call."""
    with LocalTarget.start() as target:
        target.client("sqs").list_queues()
        time.sleep(IDLE_SECONDS)
        cloud = psutil.Process(target.pid)
        family = [cloud, *cloud.children(recursive=True)]
        return sum(process.memory_info().rss for process in family) / 1e6


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


if __name__ == "__main__":
    print(as_text(measure()))
