"""What an experiment found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Colour = Literal["green", "amber", "red"]

TITLES = {
    "R1": "resilient: one failing part harms no other",
    "R2": "scales by itself with spiky demand",
    "R3": "decoupled: services come and go",
    "R4": "one place for logs and metrics",
    "R5": "cost follows demand, little to operate",
    "R6": "answers fast",
}


@dataclass(frozen=True)
class Finding:
    """One requirement's colour, the number it stands on, and how that was measured.

    `partly` says why a finding is amber: what holds, and what does not.
    """

    requirement: str
    colour: Colour
    number: str
    how: str
    partly: str = ""

    @property
    def title(self) -> str:
        return TITLES[self.requirement]
