"""Folders of clouds that were killed: each cloud sweeps at its start what dead ones have left."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from orderlab.cloud.functions.package import remove_tree

PREFIX = "orderlab-cloud-"
OWNER_FILE = "owner"


def sweep(own: Path) -> None:
    """Mark a folder as this process's, and remove those whose process is gone.

    Folders without an owner's mark are left alone. Takes time: call it on a worker thread.
    """
    import psutil

    owner = psutil.Process()
    (own / OWNER_FILE).write_text(f"{owner.pid} {owner.create_time()}")
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            pid, created = (folder / OWNER_FILE).read_text().split()
            dead = not _lives(int(pid), float(created))
        except (OSError, ValueError):
            continue
        if dead:
            remove_tree(folder)


def _lives(pid: int, created: float) -> bool:
    """Whether that process still runs; another one may have got its number since."""
    import psutil

    if pid == os.getpid():
        return True
    try:
        return abs(psutil.Process(pid).create_time() - created) < 2.0
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True
