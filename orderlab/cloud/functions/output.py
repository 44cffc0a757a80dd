"""What a function's process writes: prints line by line, log records as whole messages.

Both come through one pipe and so keep their order. AWS's runtime client writes records in frames
(type, length, time in microseconds, text); everything else on the pipe is lines of text.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable

LogLine = tuple[int, str]

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
EVENT_LIMIT_BYTES = 262_144 - 26
_FRAME_MARK = b"\xa5\x5a\x00"
_HEAD_BYTES = 16
_CHUNK_BYTES = 65_536


class OutputParser:
    """Bytes in, log lines out. https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html"""

    def __init__(self) -> None:
        self._rest = b""
        self._latest = 0
        self.lines: list[LogLine] = []

    def feed(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        while data:
            mark = data.find(_FRAME_MARK)
            if mark == 0:
                taken = self._frame(data)
            else:
                taken = self._text(data if mark < 0 else data[:mark], ends=mark > 0)
            if not taken:
                break
            data = data[taken:]
        self._rest = data

    def finish(self) -> None:
        """Take what is left as a line of its own: whoever wrote it has come to an end."""
        if self._rest and not self._rest.startswith(_FRAME_MARK):
            self._emit(time.time_ns() // 1_000_000, self._rest)
            self._rest = b""

    def take(self) -> list[LogLine]:
        lines, self.lines = self.lines, []
        return lines

    def _frame(self, data: bytes) -> int:
        if len(data) < _HEAD_BYTES:
            return 0
        size = int.from_bytes(data[4:8], "big")
        end = _HEAD_BYTES + size
        if len(data) < end:
            return 0
        milliseconds = int.from_bytes(data[8:16], "big") // 1000
        text = data[_HEAD_BYTES:end]
        self._emit(milliseconds, text if text.endswith(b"\n") else text + b"\n")
        return end

    def _text(self, data: bytes, *, ends: bool) -> int:
        """Emit whole lines; with `ends` also the last one, since a frame follows it."""
        end = len(data) if ends or len(data) > EVENT_LIMIT_BYTES else data.rfind(b"\n") + 1
        now = time.time_ns() // 1_000_000
        lines = data[:end].split(b"\n") if end else []
        last = lines.pop() if lines else b""
        for line in lines:
            self._emit(now, line + b"\n")
        if last:
            self._emit(now, last)
        return end

    def _emit(self, milliseconds: int, text: bytes) -> None:
        # A frame tells when it was written, text has the moment when it was read: a log, which is
        # sorted by time, must not put a record before a print that came first.
        self._latest = max(self._latest, milliseconds)
        self.lines.append((self._latest, text[:EVENT_LIMIT_BYTES].decode("utf-8", "replace")))


class OutputPipe:
    """The reading end of a process's output, read as it comes, on the event loop.

    Differs from AWS: on Windows, where a pipe can only be read by a thread, the last lines of one
    invocation may be counted to the next.
    """

    # so many lines at once go to the log before their invocation has ended
    FULL_LINES = 2000

    def __init__(self, on_end: Callable[[], None], on_full: Callable[[], None]) -> None:
        self.parser = OutputParser()
        self._on_end, self._on_full = on_end, on_full
        self._loop = asyncio.get_running_loop()
        self._fd, self.writing_end = os.pipe()
        self._open = True

    def begin(self) -> None:
        """Read from now on; the writing end belongs to the process alone."""
        os.close(self.writing_end)
        if sys.platform == "win32":
            threading.Thread(target=self._read_in_thread, name="output", daemon=True).start()
            return
        os.set_blocking(self._fd, False)
        self._loop.add_reader(self._fd, self.drain)

    def drain(self) -> None:
        """Read all that has been written so far."""
        if sys.platform == "win32":
            return
        while self._open:
            try:
                data = os.read(self._fd, _CHUNK_BYTES)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self.close()
                self._on_end()
                return
            self._take(data)
            if len(data) < _CHUNK_BYTES:
                return

    def close(self) -> None:
        if self._open:
            self._open = False
            if sys.platform != "win32":
                self._loop.remove_reader(self._fd)
                os.close(self._fd)

    def _take(self, data: bytes) -> None:
        before = len(self.parser.lines)
        self.parser.feed(data)
        if before <= self.FULL_LINES < len(self.parser.lines):
            # later: whoever takes the lines now must find them where they are
            self._loop.call_soon(self._on_full)

    def _read_in_thread(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            while data := os.read(self._fd, _CHUNK_BYTES):
                self._loop.call_soon_threadsafe(self._take, data)
            self._loop.call_soon_threadsafe(self._on_end)
        with contextlib.suppress(OSError):
            os.close(self._fd)
