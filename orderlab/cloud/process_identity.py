"""Tells a process from a later one that has the same process id.

The time at which a process started is no help where the clock is set in between, after a laptop
slept or in a virtual machine: on Linux it is counted from the machine's start instead.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

# Elsewhere start times are times of day, which move a little when the clock is set.
_TOLERANCE_SECONDS = 5.0


def identity(pid: int | None = None) -> str:
    """A process as one word, to be written down; of this one if none is given.

    Raises LookupError if there is no such process.
    """
    pid = os.getpid() if pid is None else pid
    if sys.platform.startswith("linux"):
        return f"{pid}-{_start_ticks(pid)}-{_boot()}-{_namespace()}"
    return f"{pid}-{_started(pid):.2f}--"


def lives(identified: str) -> bool:
    """Whether the process that `identity` described runs, as far as it can be seen from here."""
    try:
        pid, started, boot, namespace = _parts(identified)
        if sys.platform.startswith("linux"):
            here = boot == _boot() and namespace == _namespace()
            return here and _start_ticks(pid) == int(started)
        return abs(_started(pid) - float(started)) < _TOLERANCE_SECONDS
    except (LookupError, ValueError):
        return False


def has_ended(identified: str) -> bool:
    """Whether that process is gone for certain: it may not be one that another container has."""
    try:
        _, _, boot, namespace = _parts(identified)
    except ValueError:
        return False
    if sys.platform.startswith("linux") and boot == _boot() and namespace != _namespace():
        return False
    return not lives(identified)


def pid_of(identified: str) -> int:
    """The number in an identity. Raises ValueError for any other text."""
    return int(identified.partition("-")[0])


def _parts(identified: str) -> tuple[int, str, str, str]:
    pid, started, rest = identified.strip().split("-", 2)
    boot, _, namespace = rest.rpartition("-")
    if int(pid) <= 0:
        raise ValueError(identified)
    return int(pid), started, boot, namespace


def _start_ticks(pid: int) -> int:
    """When a process started, in clock ticks since the machine did; a zombie has ended."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        raise LookupError(pid) from None
    # the name, in parentheses, may hold anything
    fields = told.rpartition(b")")[2].split()
    if fields[0] in (b"Z", b"X"):
        raise LookupError(pid)
    return int(fields[19])


@cache
def _boot() -> str:
    """This run of the machine; a container that cannot tell gives nothing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@cache
def _namespace() -> str:
    """The set of processes that this one sees; a container has its own."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")  # noqa: PTH115
    except OSError:
        return ""


def _started(pid: int) -> float:
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        raise LookupError(pid) from None
