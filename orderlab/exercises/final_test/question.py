"""A question of the final test: a topic, and where to read again."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from orderlab.exercises.quiz.question import Option, Question


@dataclass(frozen=True)
class FinalQuestion(Question):
    """A question with its topic and the number of the section that explains it, such as "3.5"."""

    topic: str = ""
    section: str = ""

    @property
    def chapter(self) -> int:
        return int(self.section.split(".")[0])

    def shuffled(self, chance: random.Random) -> FinalQuestion:
        """The same question with its options in an order of chance."""
        return replace(self, options=tuple(chance.sample(self.options, len(self.options))))


def question(
    identifier: str, topic: str, section: str, text: str, *options: Option
) -> FinalQuestion:
    """A question as an author writes it."""
    return FinalQuestion(identifier, text, options, topic, section)


def right(text: str, why: str) -> Option:
    """A right option."""
    return Option(text, why, right=True)


def wrong(text: str, why: str) -> Option:
    """A wrong option."""
    return Option(text, why)
