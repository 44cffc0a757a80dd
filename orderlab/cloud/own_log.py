"""The cloud's own log on standard error, written without ever waiting for the reader.

A terminal that is stopped, a pipe that nobody reads or whose reader is gone, or a full disk must
not hold up the event loop, or end it. A thread writes; it drops what it cannot write in time.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
from collections.abc import Iterator
from typing import TextIO, cast

MOST_WAITING = 1000
_LAST_WORDS_SECONDS = 0.5


class OwnLog:
    """A thread that writes texts to a file descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
        self._dropped = 0
        self._thread = threading.Thread(target=self._write_all, name="own-log", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Have a text written soon, or drop it if too many wait."""
        try:
            self._waiting.put_nowait(text)
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Wait half a second at most for the last texts to be written."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
            self._thread.join(_LAST_WORDS_SECONDS)

    def _write_all(self) -> None:
        while (text := self._waiting.get()) is not None:
            dropped, self._dropped = self._dropped, 0
            if dropped:
                text += f"({dropped} messages were dropped: nobody read them in time.)\n"
            data = text.encode("utf-8", "backslashreplace")
            # Nobody reads, or the disk is full, and there is no other place to report it.
            with contextlib.suppress(OSError):
                while data:
                    data = data[os.write(self._descriptor, data) :]


class _Handler(logging.Handler):
    def __init__(self, log: OwnLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._log.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


class _Stream:
    """Stands in for `sys.stderr`, for code that is not ours."""

    encoding, errors, closed = "utf-8", "backslashreplace", False

    def __init__(self, log: OwnLog, descriptor: int) -> None:
        self._log, self._descriptor = log, descriptor

    def write(self, text: str) -> int:
        self._log.write(text)
        return len(text)

    def writelines(self, texts: list[str]) -> None:
        self._log.write("".join(texts))

    def flush(self) -> None:
        """Nothing is kept back here."""

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


@contextlib.contextmanager
def written_aside() -> Iterator[None]:
    """Meanwhile messages and `sys.stderr` go through a thread. For the process of a cloud."""
    _fill_the_first_descriptors()
    log = OwnLog(2)
    root, before = logging.getLogger(), sys.stderr
    handler = _Handler(log)
    root.addHandler(handler)
    sys.stderr = cast(TextIO, _Stream(log, 2))
    try:
        yield
    finally:
        sys.stderr = before
        root.removeHandler(handler)
        log.close()


def _fill_the_first_descriptors() -> None:
    """A process that was started without standard error must not find a client in its place."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
