"""A kernel as JupyterLab runs it, to interrupt, restart and kill."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.manager import KernelManager

SECONDS = 100


@dataclass
class Ran:
    """What a cell printed, and how its error was shown."""

    printed: str = ""
    error: str = ""
    traceback: list[str] = field(default_factory=list)


class Kernel:
    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=SECONDS)

    @property
    def pid(self) -> int:
        return int(self.manager.provisioner.pid)  # type: ignore[union-attr]

    def run(self, code: str, while_it_runs: Callable[[str], bool] = lambda _: False) -> Ran:
        """Run a cell. `while_it_runs` is given what was printed so far, until it returns True."""
        ran, done = Ran(), False

        def hear(message: dict[str, Any]) -> None:
            nonlocal done
            content = message["content"]
            if message["msg_type"] == "stream":
                ran.printed += content["text"]
                done = done or while_it_runs(ran.printed)
            if message["msg_type"] == "error":
                ran.error, ran.traceback = content["ename"], content["traceback"]

        self.client.execute_interactive(
            code, output_hook=hear, timeout=SECONDS, stop_on_error=False
        )
        return ran

    def interrupted(self, code: str, at: str) -> Ran:
        """Run a cell and press the square button as soon as it has printed `at`."""

        def press(printed: str) -> bool:
            if at in printed:
                # as Jupyter does: to the kernel and to the processes of its group
                self.manager.interrupt_kernel()
                return True
            return False

        return self.run(code, press)

    def restart(self) -> None:
        self.manager.restart_kernel(now=False)
        self.client.wait_for_ready(timeout=SECONDS)

    def kill(self) -> None:
        """What the system does to a kernel that takes too much memory."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def kernel(home: Path, **environment: str) -> Iterator[Kernel]:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env={**os.environ, "ORDERLAB_HOME": str(home), **environment}, cwd=home)
    running = Kernel(manager)
    try:
        yield running
    finally:
        running.client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)
