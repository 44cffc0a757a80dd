"""Clouds that outlived whoever started them, and folders that outlived their cloud."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orderlab.doctor.finding import Finding, ok, warn

FOLDERS = "orderlab-cloud-*"


@dataclass(frozen=True)
class CloudProcess:
    """A cloud that runs: its process id, its parent's (0 if that has ended), when it started."""

    pid: int
    parent: int
    started: float


def leftovers(
    clouds: Iterable[CloudProcess] | None = None, folders: dict[Path, float] | None = None
) -> Finding:
    """`folders` gives for each when it was made, in seconds since 1970."""
    running = list(_clouds() if clouds is None else clouds)
    made = _folders() if folders is None else folders
    orphans = [cloud for cloud in running if cloud.parent in (0, 1)]
    # a cloud makes its folder after it has started
    oldest = min((cloud.started for cloud in running), default=float("inf"))
    stale = sorted(folder for folder, when in made.items() if when < oldest)
    mends = []
    if orphans:
        mends.append(f"`kill {' '.join(str(cloud.pid) for cloud in orphans)}`")
    if stale:
        mends.append(f"`rm -r {' '.join(map(str, stale))}`")
    if mends:
        said = f"{len(orphans)} clouds without a parent, {len(stale)} folders without a cloud"
        return warn("leftovers", said, " and ".join(mends))
    said = f"{len(running)} local clouds run" if running else "none"
    return ok("leftovers", said)


def _folders() -> dict[Path, float]:
    found = {}
    for folder in Path(tempfile.gettempdir()).glob(FOLDERS):
        try:
            found[folder] = folder.stat().st_mtime
        except OSError:  # it went while we looked
            continue
    return found


def _clouds() -> Iterable[CloudProcess]:
    import psutil

    for process in psutil.process_iter(["pid", "ppid", "cmdline", "create_time"]):
        facts = process.info
        if _is_cloud(facts["cmdline"] or []):
            yield CloudProcess(facts["pid"], facts["ppid"], facts["create_time"])


def _is_cloud(command: list[str]) -> bool:
    words = [Path(word).name for word in command[:4]]
    if not any(word.startswith(("python", "orderlab")) for word in words[:1]):
        return False
    return "orderlab.cloud" in command or ("orderlab" in words and "cloud" in words)
