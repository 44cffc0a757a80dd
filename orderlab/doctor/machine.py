"""Memory, cores and the clock."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from orderlab.doctor.finding import Finding, bad, ok, warn

COMFORTABLE_BYTES = 3_000_000_000
LEAST_BYTES = 1_000_000_000
# this version is from then; a clock before it stands wrong
EARLIEST_YEAR, LATEST_YEAR = 2025, 2100
DRIFT_SECONDS = 5.0


def memory(available: int | None = None) -> Finding:
    """JupyterLab, the cloud and some twenty functions at once. `available` is bytes."""
    import psutil

    available = psutil.virtual_memory().available if available is None else available
    said = f"{available / 1e9:.1f} GB available"
    if available < LEAST_BYTES:
        return bad("memory", said, "Close other programs: about 1.5 GB are used at the peak.")
    if available < COMFORTABLE_BYTES:
        return warn("memory", said, "Enough if nothing else is opened; 3 GB are comfortable.")
    return ok("memory", said)


def cores(count: int | None = None) -> Finding:
    """Functions are processes, so cores are what makes them run at the same time."""
    count = count or _usable_cores()
    if count < 2:
        return warn("cores", "1", "All works, more slowly: experiments on concurrency show less.")
    return ok("cores", str(count))


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def clock(now: float | None = None, written_at: float | None = None) -> Finding:
    """Signatures carry the time, and archives cannot hold odd dates. Both in seconds since 1970."""
    now = time.time() if now is None else now
    year = time.gmtime(now).tm_year
    said = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    mend = "Set the clock; best let the system do so (`timedatectl set-ntp true`)."
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return bad("clock", said, mend)
    drift = abs((_file_time() if written_at is None else written_at) - now)
    if drift > DRIFT_SECONDS:
        seen = f"{said}, while new files are dated {drift:.0f} s apart from it"
        return warn("clock", seen, f"{mend} A shared or virtual disk has its own clock.")
    return ok("clock", said)


def _file_time() -> float:
    with tempfile.NamedTemporaryFile() as file:
        return Path(file.name).stat().st_mtime
