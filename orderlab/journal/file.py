"""The journal's file: a line of JSON for each call, after a first line with the format's number.

Written so that neither a crash nor a full disk spoils more than the line that it met.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orderlab.cloud.private_files import open_private, private_folder, write_private
from orderlab.journal.values import from_json, to_json, without_secrets

# 1: without a first line, with whatever AWS answered, secrets included
VERSION = 2
_HEADER = to_json({"journal": VERSION}).encode() + b"\n"

Entry = dict[str, Any]


class JournalFile:
    """One chapter's file. `unreadable` is how many lines the last `read` could not make out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unreadable = 0

    def append(self, entry: Entry) -> None:
        """Write an entry down. Raises OSError, or TypeError for what JSON cannot hold."""
        line = to_json(entry).encode() + b"\n"
        descriptor = self._open(os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            # one write, so that two threads' lines do not mix
            whole = _before(descriptor) + line
            if os.write(descriptor, whole) < len(whole):
                raise OSError("there is no room left on the disk")
        finally:
            os.close(descriptor)

    def read(self) -> list[Entry]:
        """All entries; lines that a crash cut or a disk spoiled are counted and left out.

        Raises OSError if there is a file that cannot be read.
        """
        found, self.unreadable = [], 0
        for line in self._lines():
            try:
                entry = from_json(line)
            except (ValueError, RecursionError):
                self.unreadable += 1
                continue
            if _is_entry(entry):
                found.append(entry)
            elif not (isinstance(entry, dict) and "journal" in entry):
                self.unreadable += 1
        return found

    def prepare(self) -> str:
        """Bring a file of another version to this one's; a sentence if it was set aside.

        An older file is written anew, without the secrets that were kept then. A newer one is put
        beside, untouched: this version would not understand all of it.
        """
        version = self._version()
        if version > VERSION:
            aside = self.set_aside("newer")
            return f"The journal was written by a newer version; it is kept as {aside}."
        if version < VERSION:
            with contextlib.suppress(OSError):
                self._rewrite()
        return ""

    def set_aside(self, why: str = "") -> Path | None:
        """Put the file beside, named for the time; None if there is none."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        reason = f"-{why}" if why else ""
        aside = self.path.with_name(f"{self.path.stem}-{stamp}{reason}.bak")
        try:
            self.path.replace(aside)
        except FileNotFoundError:
            return None
        return aside

    def _open(self, flags: int) -> int:
        try:
            return open_private(self.path, flags)
        except FileNotFoundError:
            private_folder(self.path.parent)
            return open_private(self.path, flags)

    def _lines(self) -> list[bytes]:
        try:
            descriptor = open_private(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return []
        with open(descriptor, "rb") as file:  # noqa: PTH123
            return [line for line in file.read().split(b"\n") if line.strip()]

    def _version(self) -> int:
        lines = self._lines()
        if not lines:
            return VERSION
        with contextlib.suppress(ValueError, RecursionError):
            first = from_json(lines[0])
            if isinstance(first, dict) and isinstance(first.get("journal"), int):
                return int(first["journal"])
        return 1

    def _rewrite(self) -> None:
        lines = (_purged(line) for line in self._lines())
        write_private(self.path, _HEADER + b"".join(line + b"\n" for line in lines))


def _before(descriptor: int) -> bytes:
    """What has to stand before a new line: the header, or the end of a line that was cut."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if size == 0:
        return _HEADER
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return b"" if os.read(descriptor, 1) == b"\n" else b"\n"


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    if "step" in entry:
        return isinstance(entry.get("exercise"), str)
    return (
        all(isinstance(entry.get(name), str) for name in ("service", "operation"))
        and isinstance(entry.get("parameters"), dict)
        and isinstance(entry.get("answer"), dict)
    )


def _purged(line: bytes) -> bytes:
    with contextlib.suppress(ValueError, RecursionError):
        entry = from_json(line)
        if _is_entry(entry):
            return to_json(without_secrets(entry)).encode()
    return line
