"""What an attempt at the final test came to, topic by topic, and where to read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderlab.exercises.engine import card
from orderlab.exercises.final_test.places import Place, place
from orderlab.exercises.final_test.question import FinalQuestion
from orderlab.exercises.final_test.topics import TOPICS
from orderlab.showing.html_text import html_text
from orderlab.showing.table import Table


@dataclass(frozen=True)
class TopicResult:
    """One topic: questions right, questions asked, and what to read again for the others."""

    topic: str
    right: int
    of: int
    read: tuple[Place, ...]

    def data(self) -> dict[str, Any]:
        """The row as the browser gets it."""
        read = [{"label": each.label, "href": each.href} for each in self.read]
        return {"topic": self.topic, "score": f"{self.right} of {self.of}", "read": read}


class TestResult:
    """An attempt's result. While questions are open and it is not finished, it tells no verdict."""

    __test__ = False  # no test of pytest's

    def __init__(
        self,
        attempt: int,
        questions: Sequence[FinalQuestion],
        answers: Mapping[str, Sequence[int]],
        *,
        finished: bool,
    ) -> None:
        self.attempt, self.finished = attempt, finished
        self.of = len(questions)
        self.answered = sum(bool(answers.get(each.id)) for each in questions)
        rights = {each.id for each in questions if each.is_right(answers.get(each.id, ()))}
        self.right = len(rights) if finished else None
        self.topics = _by_topic(questions, rights) if finished else ()

    def by_topic(self) -> dict[str, tuple[int, int]]:
        """For each topic that was asked: how many were right, and of how many."""
        return {row.topic: (row.right, row.of) for row in self.topics}

    @property
    def headline(self) -> str:
        if self.right is None:
            return (
                f"Final test, attempt {self.attempt}: {self.answered} of {self.of} answered. "
                "The result comes when it is finished."
            )
        return f"Final test, attempt {self.attempt}: {self.right} of {self.of} right."

    def table(self) -> Table:
        """The result as a table."""
        rows = [
            {
                "topic": row.topic,
                "right": f"{row.right} of {row.of}",
                "read again": "; ".join(each.label for each in row.read),
            }
            for row in self.topics
        ]
        return Table(rows, caption=self.headline)

    def __repr__(self) -> str:
        return repr(self.table()) if self.topics else self.headline

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        rows = [(row.topic, _row_html(row)) for row in self.topics]
        shown = card.card("note", "", html_text(self.headline), rows)
        return {"text/plain": repr(self), "text/html": shown}


def _by_topic(questions: Sequence[FinalQuestion], rights: set[str]) -> tuple[TopicResult, ...]:
    found = []
    for topic in TOPICS:
        asked = [each for each in questions if each.topic == topic]
        missed = [each for each in asked if each.id not in rights]
        sections = sorted({each.section for each in missed})
        if asked:
            read = tuple(place(section) for section in sections)
            found.append(TopicResult(topic, len(asked) - len(missed), len(asked), read))
    return tuple(found)


def _row_html(row: TopicResult) -> str:
    links = ", ".join(
        f'<a href="{html_text(each.href)}">{html_text(each.label)}</a>' for each in row.read
    )
    again = f"; read again: {links}" if links else ""
    return f"{row.right} of {row.of} right{again}"
