"""One process of a function: started, watched, measured, ended with its group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_PAGE_BYTES = 4096 if sys.platform == "win32" else os.sysconf("SC_PAGE_SIZE")
# as `nice` counts
LOWER_PRIORITY = 10
LINUX = sys.platform.startswith("linux")


class FunctionProcess:
    """A running process, with a group of its own so that it can be ended with its children.

    `pid` is None as long as it is not known. What has left the group is the reaper's to end.
    """

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.pid: int | None = None
        self._status_fd = -1

    def exit_status(self) -> int | None:
        """None while it runs; below 0 it is the number of the signal that ended it."""
        raise NotImplementedError

    def wait(self, seconds: float) -> None:
        """Return when it has ended, or after `seconds`."""
        raise NotImplementedError

    def began(self, pid: int) -> None:
        """Its number is known."""
        self.pid = pid
        if LINUX:
            with contextlib.suppress(OSError):
                self._status_fd = os.open(f"/proc/{pid}/status", os.O_RDONLY | os.O_CLOEXEC)

    def kill(self) -> None:
        """End it and its group at once."""
        if self.pid is None:
            return
        if not LINUX:
            _kill_family(self.pid)
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            # one so young that it has no group yet
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if self.exit_status() is None:
                    os.kill(self.pid, signal.SIGKILL)

    def bury(self) -> None:
        """It has ended, and nobody asks any more: its number may be another's from now on."""

    def close(self) -> None:
        """Stop measuring it."""
        if self._status_fd >= 0:
            os.close(self._status_fd)
            self._status_fd = -1

    # --- measured

    def resident_bytes(self) -> int:
        """Memory in use now; 0 if it cannot be told."""
        if self.pid is None:
            return 0
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
        if not LINUX or self.pid is None:
            return 0.0
        try:
            # the process's own clock: see clock_getcpuclockid(3)
            import time

            return time.clock_gettime(~self.pid << 3 | 2)
        except OSError:
            return 0.0

    def give_way(self) -> None:
        """Let others of this machine's processes go before it, for good."""
        if sys.platform == "win32" or self.pid is None:
            return
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, LOWER_PRIORITY)
        # where a desktop shares the processors out among sessions, it is the session's that counts
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.pid}/autogroup").write_text(str(LOWER_PRIORITY))

    def pause(self, paused: bool) -> None:
        """Stop or continue it, as a scheduler that has no more time for it does."""
        if sys.platform == "win32" or self.pid is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGSTOP if paused else signal.SIGCONT)

    def _resident_by_psutil(self) -> int:
        import psutil

        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0


class SpawnedProcess(FunctionProcess):
    """A Python of its own."""

    def __init__(
        self,
        command: Sequence[str],
        variables: Mapping[str, str],
        folder: Path,
        output: int,
        mark: int,
    ) -> None:
        super().__init__(mark)
        self._popen = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=sys.platform != "win32",
        )
        self.began(self._popen.pid)

    def exit_status(self) -> int | None:
        """None while it runs; below 0 it is the number of the signal that ended it."""
        return self._popen.poll()

    def wait(self, seconds: float) -> None:
        """Return when it has ended, or after `seconds`."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)


def _kill_family(pid: int) -> None:
    """End a process with all that it started, as far as parents can still be told."""
    import psutil

    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return
    for each in family:
        with contextlib.suppress(psutil.Error):
            each.kill()
