"""One process of a function: started, watched, measured, ended with all that it started itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_PAGE_BYTES = 4096 if sys.platform == "win32" else os.sysconf("SC_PAGE_SIZE")
LINUX = sys.platform.startswith("linux")


class FunctionProcess:
    """A running process, in a session of its own so that its whole group can be ended."""

    def __init__(
        self, command: Sequence[str], variables: Mapping[str, str], folder: Path, output: int
    ) -> None:
        self._popen = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=sys.platform != "win32",
        )
        self.pid = self._popen.pid
        self._status_fd = -1
        if LINUX:
            with contextlib.suppress(OSError):
                self._status_fd = os.open(f"/proc/{self.pid}/status", os.O_RDONLY | os.O_CLOEXEC)

    def exit_status(self) -> int | None:
        """None while it runs; below 0 it is the number of the signal that ended it."""
        return self._popen.poll()

    def kill(self) -> None:
        """End it and its children at once."""
        if sys.platform == "win32":
            self._popen.kill()
            return
        elsewhere = _descendants(self.pid) if LINUX else []
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        for pid in elsewhere:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)

    def wait(self, seconds: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)

    def close(self) -> None:
        if self._status_fd >= 0:
            os.close(self._status_fd)
            self._status_fd = -1

    def resident_bytes(self) -> int:
        """Memory in use now; 0 if it cannot be told."""
        if not LINUX:
            return self._resident_by_psutil()
        try:
            statm = Path(f"/proc/{self.pid}/statm").read_bytes()
        except OSError:
            return 0
        return int(statm.split()[1]) * _PAGE_BYTES

    def peak_bytes(self) -> int:
        """The most memory that it ever used; 0 if it cannot be told."""
        if self._status_fd < 0:
            return self.resident_bytes()
        try:
            status = os.pread(self._status_fd, 4096, 0)
        except OSError:
            return 0
        start = status.find(b"VmHWM:")
        if start < 0:
            return 0
        return int(status[start + 6 : status.find(b"kB", start)]) * 1024

    def cpu_seconds(self) -> float:
        """Processor time used so far by the process itself; 0 if it cannot be told."""
        if not LINUX:
            return 0.0
        try:
            # the process's own clock: see clock_getcpuclockid(3)
            import time

            return time.clock_gettime(~self.pid << 3 | 2)
        except OSError:
            return 0.0

    def pause(self, paused: bool) -> None:
        """Stop or continue it, as a scheduler that has no more time for it does."""
        if sys.platform == "win32":
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGSTOP if paused else signal.SIGCONT)

    def _resident_by_psutil(self) -> int:
        import psutil

        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0


def _descendants(pid: int) -> list[int]:
    """What a process started, and they in turn: some may have left its group."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *_descendants(int(child))]
    except OSError:
        return found
    return found
