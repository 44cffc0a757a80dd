"""Folders of clouds that were killed: each cloud sweeps at its start what dead ones have left."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from orderlab.cloud.lambda_.package import remove_tree
from orderlab.cloud.private_files import is_ours, read_private
from orderlab.cloud.process_identity import has_ended, identity

PREFIX = "orderlab-cloud-"
OWNER_FILE = "owner"


def sweep(own: Path) -> None:
    """Mark a folder as this process's, and remove those whose process is gone.

    Folders without an owner's mark are left alone. Takes time: call it on a worker thread.
    """
    (own / OWNER_FILE).write_text(identity())
    for folder in left_behind():
        remove_tree(folder)


def left_behind() -> Iterator[Path]:
    """Folders of this user's clouds whose process has ended.

    Whatever others have put there under such a name is not opened: it could be a pipe, which
    would hold us for ever, or a link to something else.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            ours = is_ours(folder) and folder.is_dir() and not folder.is_symlink()
            dead = ours and _has_ended(read_private(folder / OWNER_FILE).decode("ascii"))
        except (OSError, ValueError):
            continue
        if dead:
            yield folder


def _has_ended(mark: str) -> bool:
    """Whether the process of a mark is gone. Earlier versions wrote its number and a time."""
    pid, _, started = mark.partition(" ")
    if not started:
        return has_ended(mark)
    import psutil

    return not psutil.pid_exists(int(pid))
