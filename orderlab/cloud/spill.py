"""A place on disk for what is kept for long and seldom read again.

It consists of files without a name, in segments: a segment goes, and its room on the disk with it,
once nothing that was put into it is kept any more. So what is put in together should end together.
Where there is no room, `put` raises OSError, and whoever called keeps its bytes in memory.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from pathlib import Path

SEGMENT_BYTES = 128 * 1024 * 1024
# what others on this machine are left with
LEAST_FREE_BYTES = 256 * 1024 * 1024


class Spill:
    """Bytes on disk; `folder` is where, the system's folder for such files if there is none."""

    def __init__(self, folder: Path | None = None, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._segment: _Segment | None = None

    def put(self, data: bytes) -> Spilled:
        """Write bytes, and tell where they are. Raises OSError if there is no room for them."""
        segment = self._segment
        if segment is None or segment.end >= self._segment_bytes:
            self._require_room()
            segment = self._segment = _Segment(self._folder)
        return Spilled(segment, segment.append(data), len(data))

    def _require_room(self) -> None:
        if shutil.disk_usage(self._folder or tempfile.gettempdir()).free < LEAST_FREE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Spilled:
    """Bytes that are on disk; they stay there for as long as this object is kept."""

    __slots__ = ("_at", "_length", "_segment")

    def __init__(self, segment: _Segment, at: int, length: int) -> None:
        self._segment, self._at, self._length = segment, at, length

    def read(self) -> bytes:
        """The bytes. Raises OSError if the disk does not give them back."""
        return self._segment.read(self._at, self._length)


class _Segment:
    """A file that only grows, and that ends with the last object that refers to it."""

    def __init__(self, folder: Path | None) -> None:
        # unbuffered, so that a full disk is noticed by the write that meets it
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        self.end = 0

    def append(self, data: bytes) -> int:
        """Where the data begin. What a write that failed has left is written over by the next."""
        at = self._file.seek(self.end)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self.end = at + len(data)
        return at

    def read(self, at: int, length: int) -> bytes:
        """So many bytes from there on."""
        self._file.seek(at)
        found = bytearray()
        while len(found) < length:
            piece = self._file.read(length - len(found))
            if not piece:
                raise OSError(errno.EIO, "A file of the local cloud has become shorter")
            found += piece
        return bytes(found)

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, OSError):
            self._file.close()
