"""Folders that are written to: the learner's own, and the temporary one that functions run in."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from orderlab.doctor.finding import Finding, bad, ok, warn

NEEDED_BYTES = 1_000_000_000
LEAST_BYTES = 200_000_000


def working_folder(folder: Path | None = None) -> Finding:
    """Progress, journals and reports are kept where the learner works."""
    folder = folder or Path.cwd()
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return bad(
            "working folder",
            f"{folder} cannot be written to: {error.strerror}",
            "Work in a copy of the course in your home folder; there your progress can be kept.",
        )
    return ok("working folder", f"{folder} can be written to")


def temporary_folder(
    folder: Path | None = None, free: int | None = None, noexec: bool | None = None
) -> Finding:
    """Function code is unpacked there. `free` is bytes; `noexec` whether nothing there may run."""
    folder = folder or Path(tempfile.gettempdir())
    name, elsewhere = "temporary folder", "or name another one: `export TMPDIR=/path/with/room`."
    try:
        free = shutil.disk_usage(folder).free if free is None else free
    except OSError as error:
        return bad(name, f"{folder}: {error.strerror}", f"Make it, {elsewhere}")
    said = f"{free / 1e9:.1f} GB free in {folder}"
    if free < LEAST_BYTES:
        return bad(name, said, f"Make room, {elsewhere}")
    if free < NEEDED_BYTES:
        return warn(name, said, f"1 GB is comfortable. Make room, {elsewhere}")
    if _is_noexec(folder) if noexec is None else noexec:
        return warn(
            name,
            f"{said}, but programs may not run from there",
            f"Layers with compiled code will not load. Mount it without noexec, {elsewhere}",
        )
    return ok(name, said)


def _is_noexec(folder: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    return bool(os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0))
