"""A question and its options."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """One answer to choose, and why it is right or wrong."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """One question. With more than one right option, all of them must be chosen."""

    id: str
    text: str
    options: tuple[Option, ...]

    @property
    def several(self) -> bool:
        return sum(option.right for option in self.options) > 1

    @property
    def right_answers(self) -> frozenset[int]:
        return frozenset(i for i, option in enumerate(self.options) if option.right)

    def is_right(self, chosen: Collection[int]) -> bool:
        return frozenset(chosen) == self.right_answers

    def data(self) -> dict[str, Any]:
        """The question as the browser gets it."""
        return {
            "id": self.id,
            "text": self.text,
            "several": self.several,
            "options": [{"text": o.text, "why": o.why, "right": o.right} for o in self.options],
        }
