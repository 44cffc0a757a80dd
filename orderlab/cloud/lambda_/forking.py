"""The cloud's end of the process that forks those of environments (`runtime/forkserver.py`).

Linux only: elsewhere a copy of a process may not use what its libraries have set up before.

Differs from AWS: on Linux all environments of a cloud share the seed of Python's `hash`, so that
sets of texts have the same order in each; `random`, `uuid` and `secrets` differ as they should.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from orderlab.cloud.lambda_.process import FunctionProcess

log = logging.getLogger("orderlab.cloud.lambda_")

SCRIPT = Path(__file__).parent / "runtime" / "forkserver.py"
PYTHON = (sys.executable, "-I", "-S", "-X", "utf8", "-X", "frozen_modules=on")
KILLED = -9
_MESSAGE_BYTES = 65_536
# servers that end before anything was forked mean that this system lets none work
_FAILURES_BEFORE_GIVING_UP = 3


class ForkedProcess(FunctionProcess):
    """A copy of the server; its number and its end come as messages."""

    def __init__(self, server: ForkServer, mark: int, on_exit: Callable[[], None]) -> None:
        super().__init__(mark)
        self._server, self._on_exit = server, on_exit
        self._status: int | None = None
        self._ended = threading.Event()
        self._killed = False

    def began(self, pid: int) -> None:
        """The server has forked it."""
        super().began(pid)
        if self._killed:
            self.kill()

    def ended(self, status: int) -> None:
        """The server has seen it end, with that status."""
        if self._status is None:
            self._status = status
            self._ended.set()
            self._on_exit()

    def kill(self) -> None:
        """End it and its group at once, or as soon as its number is known."""
        self._killed = True
        super().kill()

    def exit_status(self) -> int | None:
        """None while it runs; below 0 it is the number of the signal that ended it."""
        return self._status

    def wait(self, seconds: float) -> None:
        """Return when it has ended, or after `seconds`."""
        self._ended.wait(seconds)

    def bury(self) -> None:
        """Forget it: its number may belong to another process from now on."""
        self._server.bury(self)
        self.pid = None


class ForkServer:
    """Forks processes; started when the first is wanted, and again if it should die."""

    def __init__(self, settings: Mapping[str, str], began: Callable[[FunctionProcess], None]):
        self._settings, self._began = dict(settings), began
        self._numbers = itertools.count(1)
        self._living: dict[int, ForkedProcess] = {}
        self._unsent: deque[tuple[bytes, int]] = deque()
        self._channel: socket.socket | None = None
        self._popen: subprocess.Popen[bytes] | None = None
        self._failures = 0

    @property
    def works(self) -> bool:
        """False once servers have died again and again without forking anything."""
        return self._failures < _FAILURES_BEFORE_GIVING_UP

    def start(self) -> None:
        """Have a server ready; returns at once."""
        if self._channel is not None:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._popen = subprocess.Popen(
                [*PYTHON, str(SCRIPT), str(theirs.fileno())],
                env={
                    "_ORDERLAB_FORKSERVER": json.dumps(self._settings),
                    "LANG": "en_US.UTF-8",
                },
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        ours.setblocking(False)
        self._channel = ours
        asyncio.get_running_loop().add_reader(ours, self._hear)

    def fork(
        self, order: Mapping[str, Any], output: int, mark: int, on_exit: Callable[[], None]
    ) -> ForkedProcess:
        """A new process, which will write to `output`; the caller may close that at once."""
        self.start()
        process, number = ForkedProcess(self, mark, on_exit), next(self._numbers)
        self._living[number] = process
        message = json.dumps({**order, "id": number, "mark": mark}).encode()
        self._send(message, os.dup(output))
        return process

    def bury(self, process: ForkedProcess) -> None:
        """Its number may be another's from now on."""
        for number, each in list(self._living.items()):
            if each is process:
                del self._living[number]
        if process.pid is not None and self._channel is not None:
            self._send(json.dumps({"bury": process.pid}).encode(), -1)

    def wait(self) -> None:
        """Return when a closed server has ended, or after some seconds."""
        if self._popen is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(5.0)

    # --- towards the server

    def _send(self, message: bytes, passed: int) -> None:
        self._unsent.append((message, passed))
        if len(self._unsent) == 1:
            self._flush()

    def _flush(self) -> None:
        while self._unsent and self._channel is not None:
            message, passed = self._unsent[0]
            try:
                if passed >= 0:
                    socket.send_fds(self._channel, [message], [passed])
                else:
                    self._channel.send(message)
            except BlockingIOError:
                asyncio.get_running_loop().add_writer(self._channel, self._flush)
                return
            except OSError:
                # it has died, of which the other direction tells
                break
            self._drop_first()
        if self._channel is not None:
            asyncio.get_running_loop().remove_writer(self._channel)

    def _drop_first(self) -> None:
        _, passed = self._unsent.popleft()
        if passed >= 0:
            os.close(passed)

    # --- from the server

    def _hear(self) -> None:
        while self._channel is not None:
            try:
                data = self._channel.recv(_MESSAGE_BYTES)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._died()
                return
            word, *rest = json.loads(data)
            if word == "started":
                self._started(*rest)
            elif word == "ended" and rest[0] in self._living:
                self._living[rest[0]].ended(rest[1])

    def _started(self, number: int, pid: int) -> None:
        self._failures = 0
        process = self._living.get(number)
        if process is not None:
            process.began(pid)
            self._began(process)

    def _died(self) -> None:
        """All that it had forked dies with it; the next process has a new server."""
        log.warning("the server that forks functions has ended")
        self._failures += 1
        self.close()
        living, self._living = self._living, {}
        for process in living.values():
            process.kill()
            process.ended(KILLED)

    def close(self) -> None:
        """End the server, and with it all that it has forked."""
        channel, self._channel = self._channel, None
        while self._unsent:
            self._drop_first()
        if channel is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(channel)
            loop.remove_writer(channel)
            channel.close()
        if self._popen is not None:
            self._popen.poll()
