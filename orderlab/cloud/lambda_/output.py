"""The reading end of what a function's process writes.

A process may write faster than anybody reads. Then it is read a piece at a time, with pauses that
leave the event loop to others, and it waits in its own print, in its own time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable

from orderlab.cloud.lambda_.output_parser import EVENT_LIMIT_BYTES, LogLine, OutputParser

__all__ = ["EVENT_LIMIT_BYTES", "LogLine", "OutputParser", "OutputPipe"]

_PIECE_BYTES = 16_384
# read at once at the most, when a result has come: a pipe holds 64 KB unless it was made larger
_MOST_AT_ONCE_BYTES = 256 * 1024
# times as long as it took to read a whole piece, nothing of any process is read
_PAUSE_FACTOR = 4


class ReadingTime:
    """When processes that write much may be read again; all of them share this time."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def pause_after(self, seconds: float, now: float) -> float:
        """The pause for one whose output took so long to read."""
        self._free_at = max(self._free_at, now) + _PAUSE_FACTOR * seconds
        return self._free_at - now


_SHARED_TIME = ReadingTime()


class OutputPipe:
    """The reading end of a process's output, read as it comes, on the event loop.

    Differs from AWS: on Windows, where a pipe can only be read by a thread, the last lines of one
    invocation may be counted to the next.
    """

    # so much at once goes to the log before its invocation has ended
    FULL_LINES = 2000
    FULL_BYTES = 262_144

    def __init__(self, on_end: Callable[[], None], on_full: Callable[[], None]) -> None:
        self.parser = OutputParser()
        self._on_end, self._on_full = on_end, on_full
        self._loop = asyncio.get_running_loop()
        self._fd, self.writing_end = os.pipe()
        self._open = True
        self._full = False
        self._pause: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Read from now on; the writing end belongs to the process alone."""
        os.close(self.writing_end)
        if sys.platform == "win32":
            threading.Thread(target=self._read_in_thread, name="output", daemon=True).start()
            return
        os.set_blocking(self._fd, False)
        self._loop.add_reader(self._fd, self._readable)

    def drain(self) -> None:
        """Read all that has been written so far, unless somebody goes on writing."""
        read = 0
        while self._open and sys.platform != "win32" and read < _MOST_AT_ONCE_BYTES:
            count = self._read()
            if count < _PIECE_BYTES:
                return
            read += count

    def close(self) -> None:
        """Stop reading; a second call does nothing."""
        if not self._open:
            return
        self._open = False
        if self._pause is not None:
            self._pause.cancel()
        if sys.platform != "win32":
            self._loop.remove_reader(self._fd)
            os.close(self._fd)

    def _readable(self) -> None:
        """Read a piece; whoever writes whole pieces is not read again at once."""
        began = time.perf_counter()
        if self._read() < _PIECE_BYTES or not self._open:
            return
        if self._full:
            self._hand_over()
        now = time.perf_counter()
        self._loop.remove_reader(self._fd)
        pause = _SHARED_TIME.pause_after(now - began, now)
        self._pause = self._loop.call_later(pause, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        if self._open:
            self._loop.add_reader(self._fd, self._readable)

    def _read(self) -> int:
        """Read a piece. Returns how long it was; 0 at the end, or if there is nothing yet."""
        try:
            data = os.read(self._fd, _PIECE_BYTES)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if not data:
            self.close()
            self._on_end()
            return 0
        self._take(data)
        return len(data)

    def _take(self, data: bytes) -> None:
        self.parser.feed(data)
        parser = self.parser
        much = len(parser.lines) > self.FULL_LINES or parser.size > self.FULL_BYTES
        if much and not self._full:
            self._full = True
            # later: whoever takes the lines now must find them where they are
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        if self._full:
            self._full = False
            if self.parser.lines:
                self._on_full()

    def _read_in_thread(self) -> None:
        taken = threading.Event()

        def take(data: bytes) -> None:
            self._take(data)
            taken.set()

        with contextlib.suppress(OSError, RuntimeError):
            while data := os.read(self._fd, _PIECE_BYTES):
                taken.clear()
                self._loop.call_soon_threadsafe(take, data)
                taken.wait()
            self._loop.call_soon_threadsafe(self._on_end)
        with contextlib.suppress(OSError):
            os.close(self._fd)
