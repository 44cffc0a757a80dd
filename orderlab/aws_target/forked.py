"""Clouds that are forked from a process which has all of their code loaded, in place of started.

For whoever starts hundreds, as the author's gate and the tests do: a start takes a tenth of the
processor's time. Linux only; elsewhere each is started by itself.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import IO

from orderlab.aws_target.child import Launched, launched


class ForkedCloud:
    """A cloud's process, as `subprocess.Popen` would show it."""

    def __init__(self, stdin: int, stdout: int, told: int) -> None:
        self.stdin: IO[bytes] = os.fdopen(stdin, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(stdout, "rb")
        self._told = os.fdopen(told, "rb", buffering=0)
        self._status: int | None = None
        self._asking = threading.Lock()
        self.pid = int(self._told.readline() or 0)
        if not self.pid:
            raise OSError("The process that forks clouds has ended.")

    def poll(self) -> int | None:
        """The exit status, below 0 the number of a signal; None while it runs."""
        return self._ended_within(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status. Raises TimeoutExpired if it runs on for `timeout` seconds."""
        status = self._ended_within(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("a forked cloud", timeout or 0.0)
        return status

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _ended_within(self, seconds: float | None) -> int | None:
        with self._asking:
            if self._status is None and select.select([self._told], [], [], seconds)[0]:
                # a server that is gone tells nothing more, and its clouds may run on without it
                self._status = int(self._told.readline() or -signal.SIGKILL)
                self._told.close()
            return self._status


class _Server:
    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "orderlab.cloud.forkserver", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._channel = ours
        atexit.register(self.end)

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def fork(self, environment: Mapping[str, str]) -> ForkedCloud:
        theirs_in, stdin = os.pipe()
        stdout, theirs_out = os.pipe()
        told, teller = os.pipe()
        passed = [theirs_in, theirs_out, teller]
        message = json.dumps({"environment": dict(environment)}).encode()
        try:
            socket.send_fds(self._channel, [message], passed)
        finally:
            for number in passed:
                os.close(number)
        return ForkedCloud(stdin, stdout, told)

    def end(self) -> None:
        self._channel.close()
        self._process.wait(10.0)


_starting = threading.Lock()
_server: _Server | None = None


def forked(environment: Mapping[str, str]) -> Launched:
    """A cloud with these environment variables, forked from the server of this process."""
    global _server
    if not sys.platform.startswith("linux"):
        return launched(environment)
    with _starting:
        if _server is None or not _server.runs:
            _server = _Server()
    return _server.fork(environment)
