"""What functions leave behind: how the cloud talks to the process that ends it (`reaper.py`).

Differs from AWS: an environment with more than 1,024 processes and threads is ended within a
second, where AWS refuses it a further one. Outside Linux a process that a function has started and
let go of, with its parents dead or in a session of its own, may outlive the environment.
"""

from __future__ import annotations

import contextlib
import faulthandler
import itertools
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from orderlab.cloud.reaper import ENVIRONMENT_BITS

_SCRIPT = Path(__file__).parent / "reaper.py"
_LAST = (1 << ENVIRONMENT_BITS) - 1
# the highest bit keeps marks apart from any limit that somebody means
_HIGHEST = 1 << 61


@dataclass(frozen=True)
class Parent:
    """Whoever the cloud is to end with: the pipe that closes with it, or its process."""

    pipe: int | None = None
    pid: int | None = None


class Reaper:
    """Tells the reaper what comes and goes. Without `start` it is started when first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._popen: subprocess.Popen[bytes] | None = None
        # a limit can only be lowered: the cloud has the highest of its marks
        self._mark = _HIGHEST | secrets.randbits(30) << ENVIRONMENT_BITS | _LAST
        self._numbers = itertools.count(1)

    def start(self, parent: Parent | None = None, signals: tuple[int, ...] = ()) -> None:
        """Have the cloud ended should it not stop with its parent or on one of the signals.

        A signal reaches the reaper also while one long step of Python keeps the cloud from
        handling it. Windows has neither; there the cloud has to notice by itself.
        """
        parent = parent or Parent()
        settings = {"folder": str(self._folder), "cloud": os.getpid(), "mark": self._mark}
        if sys.platform == "win32":
            self._popen = self._started(settings, ())
            return
        told, tells = os.pipe()
        pipes = [told]
        settings.update(signals=told, parent=parent.pid)
        if parent.pipe is not None:
            pipes.append(os.dup(parent.pipe))
            settings["parent_pipe"] = pipes[-1]
        self._popen = self._started(settings, pipes)
        for number in pipes:
            os.close(number)
        for signal_number in signals:
            faulthandler.register(signal_number, tells, all_threads=False, chain=True)

    def _started(
        self, settings: dict[str, object], pipes: list[int] | tuple[int, ...]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_SCRIPT), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=pipes,
            start_new_session=sys.platform != "win32",
        )

    def mark_this_process(self) -> None:
        """Have all that the cloud starts end with it. Once in a process, before it starts any."""
        if sys.platform.startswith("linux"):
            import resource

            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_RTTIME, (self._mark, self._mark))

    def new_mark(self) -> int:
        """What an environment's processes are known by."""
        return self._mark - (next(self._numbers) % _LAST or 1)

    def began(self, pid: int, mark: int) -> None:
        """An environment's process has begun."""
        self._tell(f"+{pid} {mark}\n")

    def ended(self, pid: int, mark: int) -> None:
        """The process is dead; what it has let go of is to follow it."""
        self._tell(f"-{pid} {mark}\n")

    def stop(self) -> None:
        """The cloud has stopped in order. Returns when nothing of it is left, or after 10 s."""
        popen, self._popen = self._popen, None
        if popen is None or popen.stdin is None:
            return
        with contextlib.suppress(OSError):
            popen.stdin.write(b"done\n")
            popen.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            popen.wait(10.0)

    def _tell(self, line: str) -> None:
        if self._popen is None:
            self.start()
        assert self._popen is not None and self._popen.stdin is not None
        with contextlib.suppress(OSError):
            self._popen.stdin.write(line.encode())
            self._popen.stdin.flush()
