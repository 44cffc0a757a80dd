"""Whose a chapter's journal is: the kernel's that opened the chapter first, while it lives."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from orderlab.cloud.private_files import (
    locked,
    open_private,
    private_folder,
    write_private,
)
from orderlab.cloud.process_identity import identity, lives, pid_of


@dataclass(frozen=True)
class Claim:
    """A journal to write into. `holder` is the process that has the chapter's own, if another does:
    then this journal is one for this session only."""

    path: Path
    holder: int | None = None

    def release(self) -> None:
        """Let another kernel have it."""
        with contextlib.suppress(OSError):
            if self.holder is not None:
                self.path.unlink(missing_ok=True)
            elif _mark(self.path) == identity():
                _mark_path(self.path).unlink(missing_ok=True)


def journal_path(folder: Path, chapter: int) -> Path:
    return folder / f"journal-{chapter:02d}.jsonl"


def claim(folder: Path, chapter: int) -> Claim:
    """Take a chapter's journal, or one of this session's own if a living process has it."""
    path = journal_path(folder, chapter)
    try:
        private_folder(folder)
        with locked(folder / "journals.lock"):
            other = holder(path)
            if other not in (None, os.getpid()):
                own = path.with_name(f"{path.stem}-{os.getpid()}.jsonl")
                # of an earlier process that had our number
                own.unlink(missing_ok=True)
                return Claim(own, other)
            write_private(_mark_path(path), identity().encode())
    except OSError:
        pass  # a folder that cannot be written: nothing will be kept, as the journal will say
    return Claim(path)


def holder(path: Path) -> int | None:
    """The living process that has a journal, if any."""
    mark = _mark(path)
    return pid_of(mark) if lives(mark) else None


def _mark_path(path: Path) -> Path:
    return path.with_suffix(".pid")


def _mark(path: Path) -> str:
    try:
        with open(open_private(_mark_path(path), os.O_RDONLY), "rb") as file:  # noqa: PTH123
            return file.read(1000).decode("ascii", "replace")
    except OSError:
        return ""
