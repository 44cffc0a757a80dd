"""What earlier chapters' scoreboards said: kept with the learner's progress.

Where a chapter was opened by itself, its predecessors were not measured by this learner; then the
colours of the reference system stand in their place, marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.progress import Progress
from orderlab.requirements.finding import Finding

_KEY = "scoreboard-{:02d}"
# The colours of the reference solution, as CURRICULUM's table has them; measured by the tests.
REFERENCE = {
    0: {"R1": "red", "R2": "red", "R3": "red", "R4": "red", "R5": "red", "R6": "red"},
    1: {"R1": "red", "R2": "red", "R3": "red", "R4": "amber", "R5": "green", "R6": "red"},
    2: {"R1": "red", "R2": "amber", "R3": "red", "R4": "amber", "R5": "green", "R6": "red"},
    3: {"R1": "amber", "R2": "amber", "R3": "green", "R4": "green", "R5": "green", "R6": "amber"},
    4: {"R1": "green", "R2": "green", "R3": "green", "R4": "green", "R5": "green", "R6": "green"},
}


@dataclass(frozen=True)
class Remembered:
    """One requirement as an earlier scoreboard had it; `measured` by this learner, or not."""

    colour: str
    number: str
    measured: bool


def keep(progress: Progress, chapter: int, findings: tuple[Finding, ...]) -> None:
    """Note the findings of a chapter; those of requirements that were not tried stay."""
    notes: dict[str, Any] = dict(progress.notes().get(_KEY.format(chapter), {}))
    for finding in findings:
        notes[finding.requirement] = {"colour": finding.colour, "number": finding.number}
    progress.note(_KEY.format(chapter), notes)


def recall(progress: Progress, chapter: int) -> Mapping[str, Remembered]:
    """What the scoreboard of a chapter said, by requirement."""
    notes = progress.notes().get(_KEY.format(chapter), {})
    found = {
        code: Remembered(colour, "not measured here: the reference", measured=False)
        for code, colour in REFERENCE.get(chapter, {}).items()
    }
    for code, kept in notes.items():
        found[code] = Remembered(kept["colour"], kept["number"], measured=True)
    return found
