"""Bytes that a function's process writes in, log lines out.

Prints come line by line, log records as whole messages. Both come through one pipe and so keep
their order. AWS's runtime client writes records in frames (type, length, time in microseconds,
text); everything else on the pipe is lines of text.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

from __future__ import annotations

import time

LogLine = tuple[int, str]

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
EVENT_LIMIT_BYTES = 262_144 - 26
_FRAME_MARK = b"\xa5\x5a\x00"
_HEAD_BYTES = 16


class OutputParser:
    """What is longer than an event becomes several. `size` is what the lines hold, in bytes."""

    def __init__(self) -> None:
        # text without an end, the head of a frame, or the part of a frame that has come
        self._rest = b""
        # bytes that the frame under way still has, and its time
        self._left = 0
        self._frame_time = 0
        self._latest = 0
        self.lines: list[LogLine] = []
        self.size = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes that were written."""
        if self._rest:
            data = self._rest + data
        at, end = 0, len(data)
        while at < end:
            if self._left:
                taken = self._frame(data, at)
            elif data.startswith(_FRAME_MARK, at):
                taken = self._head(data, at)
            else:
                taken = self._text(data, at)
            if not taken:
                break
            at += taken
        self._rest = data[at:]

    def finish(self) -> None:
        """Take what is left as a line of its own: nothing more will be written to it."""
        if self._rest and not self._left and not self._rest.startswith(_FRAME_MARK):
            self._emit(_now(), self._rest)
            self._rest = b""

    def take(self) -> list[LogLine]:
        """The lines that are complete, in the order in which they were written."""
        lines, self.lines, self.size = self.lines, [], 0
        return lines

    # --- frames ---

    def _head(self, data: bytes, at: int) -> int:
        if len(data) - at < _HEAD_BYTES:
            return 0
        self._left = int.from_bytes(data[at + 4 : at + 8], "big")
        self._frame_time = int.from_bytes(data[at + 8 : at + 16], "big") // 1000
        if not self._left:
            self._emit(self._frame_time, b"\n")
        return _HEAD_BYTES

    def _frame(self, data: bytes, at: int) -> int:
        """A frame that is whole, or as much of a long one as an event holds."""
        come = min(len(data) - at, self._left)
        if come < self._left and come < EVENT_LIMIT_BYTES:
            return 0
        taken = come if come <= EVENT_LIMIT_BYTES else _whole_characters(data, at)
        piece = data[at : at + taken]
        self._left -= taken
        if not self._left and not piece.endswith(b"\n"):
            piece += b"\n"
        self._emit(self._frame_time, piece)
        return taken

    # --- text ---

    def _text(self, data: bytes, at: int) -> int:
        """Whole lines, up to a frame if there is one; it ends the last line."""
        mark = data.find(_FRAME_MARK, at)
        stop = mark if mark >= 0 else data.rfind(b"\n", at) + 1
        if stop <= at:
            return self._endless(data, at)
        if stop - at > EVENT_LIMIT_BYTES:
            self._long_lines(data[at:stop])
        else:
            self._lines(data[at:stop])
        return stop - at

    def _endless(self, data: bytes, at: int) -> int:
        if len(data) - at <= EVENT_LIMIT_BYTES:
            return 0
        taken = _whole_characters(data, at)
        self._emit(_now(), data[at : at + taken])
        return taken

    def _lines(self, block: bytes) -> None:
        self._latest = max(self._latest, _now())
        self.size += len(block)
        texts = block.decode("utf-8", "replace").split("\n")
        last = texts.pop()
        at = self._latest
        self.lines += [(at, text + "\n") for text in texts]
        if last:
            self.lines.append((at, last))

    def _long_lines(self, block: bytes) -> None:
        for line in _lines_of(block):
            while len(line) > EVENT_LIMIT_BYTES:
                taken = _whole_characters(line, 0)
                self._emit(_now(), line[:taken])
                line = line[taken:]
            self._emit(_now(), line)

    def _emit(self, milliseconds: int, text: bytes) -> None:
        # A frame tells when it was written, text has the moment when it was read: a log, which is
        # sorted by time, must not put a record before a print that came first.
        self._latest = max(self._latest, milliseconds)
        self.size += len(text)
        self.lines.append((self._latest, text.decode("utf-8", "replace")))


def _lines_of(block: bytes) -> list[bytes]:
    """Lines with their ends; only a line feed ends one."""
    lines = [line + b"\n" for line in block.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _whole_characters(data: bytes, at: int) -> int:
    """How many bytes make an event without cutting a character of UTF-8 in two."""
    end = at + EVENT_LIMIT_BYTES
    for back in range(4):
        # a byte that goes on a character begins with the bits 10
        if data[end - back] & 0xC0 != 0x80:
            return EVENT_LIMIT_BYTES - back
    return EVENT_LIMIT_BYTES


def _now() -> int:
    return time.time_ns() // 1_000_000
