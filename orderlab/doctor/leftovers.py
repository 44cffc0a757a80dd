"""Clouds that outlived the notebook that started them, and folders that outlived their cloud."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orderlab.aws_target.child import PARENT
from orderlab.cloud.lambda_.leftovers import OWNER_FILE, PREFIX
from orderlab.cloud.private_files import is_ours, read_private
from orderlab.cloud.process_identity import has_ended, lives, pid_of
from orderlab.doctor.finding import Finding, ok, warn

UNKNOWN = -1


@dataclass(frozen=True)
class CloudProcess:
    """A cloud of this user that runs: its process id, its parent's (0 if that has ended, UNKNOWN
    if nobody can tell), when it started, and whether somebody typed `orderlab cloud`, which stays
    until they stop it."""

    pid: int
    parent: int
    started: float
    typed: bool = False


def leftovers(
    clouds: Iterable[CloudProcess] | None = None, folders: dict[Path, float] | None = None
) -> Finding:
    """`folders` gives for each when it was made, in seconds since 1970."""
    running = list(_clouds() if clouds is None else clouds)
    made = _folders() if folders is None else folders
    orphans = [cloud for cloud in running if not cloud.typed and cloud.parent in (0, 1)]
    # a cloud makes its folder after it has started
    oldest = min((cloud.started for cloud in running), default=float("inf"))
    stale = sorted(folder for folder, when in made.items() if when < oldest)
    mends = []
    if orphans:
        pids = " ".join(str(cloud.pid) for cloud in orphans)
        mends.append(f"`kill {pids}` (a notebook had started them, and has ended)")
    if stale:
        mends.append(f"`rm -r {' '.join(shlex.quote(str(folder)) for folder in stale)}`")
    if mends:
        said = f"{len(orphans)} clouds without a parent, {len(stale)} folders without a cloud"
        return warn("leftovers", said, " and ".join(mends))
    return ok("leftovers", _running(running))


def _running(clouds: list[CloudProcess]) -> str:
    if not clouds:
        return "none"
    said = "1 local cloud runs" if len(clouds) == 1 else f"{len(clouds)} local clouds run"
    typed = [str(cloud.pid) for cloud in clouds if cloud.typed]
    if not typed:
        return said
    return f"{said}; started with `orderlab cloud`, to be stopped with Ctrl-C: {', '.join(typed)}"


def _folders() -> dict[Path, float]:
    """Folders of ours that no living cloud has; 0 for those whose cloud is known to have ended."""
    found = {}
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if not is_ours(folder) or folder.is_symlink() or not folder.is_dir():
                continue
            mark = _mark(folder)
            if not lives(mark):
                found[folder] = 0.0 if has_ended(mark) else folder.stat().st_mtime
        except OSError:  # it went while we looked
            continue
    return found


def _mark(folder: Path) -> str:
    try:
        return read_private(folder / OWNER_FILE).decode("ascii", "replace")
    except OSError:
        return ""


def _clouds() -> Iterable[CloudProcess]:
    import psutil

    for process in psutil.process_iter(["pid", "ppid", "cmdline", "create_time"]):
        facts = process.info
        command = facts["cmdline"] or []
        if (_is_child(command) or _is_typed(command)) and _is_of_this_user(process):
            parent, started = _parent(process), facts["create_time"]
            yield CloudProcess(facts["pid"], parent, started, _is_typed(command))


def _is_of_this_user(process: Any) -> bool:
    import psutil

    try:
        return not hasattr(os, "getuid") or bool(process.uids().real == os.getuid())
    except psutil.Error:
        return False


def _parent(process: Any) -> int:
    """The process that a cloud was started by, 0 if it has ended.

    Process 1 tells nothing: it takes in orphans, and in a container it may be who started it.
    """
    import psutil

    try:
        known = process.environ().get(PARENT, "")
    except (psutil.Error, OSError):
        known = ""
    if not known:
        parent = int(process.info["ppid"])
        return parent if parent > 1 else UNKNOWN
    return pid_of(known) if lives(known) else 0


def _is_child(command: list[str]) -> bool:
    """A notebook's, or another program's: `python -m orderlab.cloud`."""
    return _is_python(command) and command[1:3] == ["-m", "orderlab.cloud"]


def _is_typed(command: list[str]) -> bool:
    """`orderlab cloud`, however it was typed."""
    words = [Path(word).name for word in command[:4]]
    if not _is_python(command) and words[:1] != ["orderlab"]:
        return False
    ways = ("orderlab", "orderlab.cli")
    return any(word in ways and "cloud" in words[place:] for place, word in enumerate(words))


def _is_python(command: list[str]) -> bool:
    return bool(command) and Path(command[0]).name.startswith("python")
