"""What was found on each server, as it is kept in results.json beside this file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Miss:
    """An attempt whose outcome was another than is due."""

    attempt: str
    due: str
    given: str
    said: str = ""


@dataclass(frozen=True)
class Tried:
    """An exercise on a server: how many attempts were made, and those that went otherwise.

    `of` is how many there are; fewer were made where the time ran out or nothing could be prepared.
    """

    exercise: str
    made: int
    of: int
    misses: list[Miss] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return self.made == self.of and not self.misses


@dataclass(frozen=True)
class Met:
    """A behaviour of AWS's on a server: whether a learner meets it there, else what was seen."""

    behaviour: str
    met: bool
    seen: str = ""


@dataclass
class Found:
    """All that was found on a server."""

    name: str
    version: str = ""
    date: str = ""
    exercises: dict[str, Tried] = field(default_factory=dict)
    behaviours: dict[str, Met] = field(default_factory=dict)


def read(path: Path = KEPT) -> dict[str, Found]:
    """By the servers' names; empty before the first run."""
    if not path.exists():
        return {}
    raw = json.loads(path.read_text("utf-8"))
    return {name: _found(name, each) for name, each in raw.items()}


def write(found: dict[str, Found], path: Path = KEPT) -> None:
    raw = {name: asdict(found[name]) for name in sorted(found)}
    for each in raw.values():
        each["exercises"] = dict(sorted(each["exercises"].items()))
    path.write_text(json.dumps(raw, indent=1) + "\n", "utf-8")


def _found(name: str, raw: dict[str, Any]) -> Found:
    exercises = {
        identifier: Tried(**{**each, "misses": [Miss(**miss) for miss in each["misses"]]})
        for identifier, each in raw["exercises"].items()
    }
    behaviours = {key: Met(**each) for key, each in raw["behaviours"].items()}
    return Found(name, raw["version"], raw["date"], exercises, behaviours)
