"""What a check found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """`name` is what was looked at, `found` what was seen, `mend` what to do if it is not `ok`."""

    name: str
    level: Level
    found: str
    mend: str = ""


def ok(name: str, found: str) -> Finding:
    return Finding(name, "ok", found)


def warn(name: str, found: str, mend: str) -> Finding:
    """Something will be slower or less than it could be."""
    return Finding(name, "warn", found, mend)


def bad(name: str, found: str, mend: str) -> Finding:
    """Something will not work."""
    return Finding(name, "bad", found, mend)
