"""The card at a chapter's end: what was done, what turned, how long it took, what comes next."""

from __future__ import annotations

import time
from typing import Any

from orderlab.exercises import registry
from orderlab.exercises.engine import card
from orderlab.exercises.fast_track.record import is_tested_out
from orderlab.exercises.overview import NOTEBOOKS
from orderlab.progress import Progress
from orderlab.requirements import memory
from orderlab.showing.html_text import html_text


class ChapterEnd:
    """One chapter as this learner leaves it."""

    def __init__(self, chapter: int, progress: Progress, began: float) -> None:
        self._chapter = chapter
        states = [progress.exercise(each.id) for each in registry.exercises(chapter)]
        answers, questions = progress.answers(), registry.questions(chapter)
        right = sum(question.is_right(answers.get(question.id, ())) for question in questions)
        solved = sum(state.solved for state in states)
        caught_up = sum(state.caught_up and not state.solved for state in states)
        passed = "; the chapter is tested out" if is_tested_out(progress, chapter) else ""
        self._rows = [
            ("Exercises", f"{solved} of {len(states)} solved, {caught_up} caught up{passed}"),
            ("Quiz", f"{right} of {len(questions)} questions right"),
            ("Requirements", self._turned(progress)),
            ("Time", f"open for {max(1, round((time.time() - began) / 60))} min"),
            ("Next", self._next()),
        ]

    def _turned(self, progress: Progress) -> str:
        now = memory.recall(progress, self._chapter)
        if not any(kept.measured for kept in now.values()):
            return "not measured yet: run lab.scoreboard()"
        return ", ".join(f"{code} {kept.colour}" for code, kept in sorted(now.items()))

    def _next(self) -> str:
        following = self._chapter + 1
        if following not in NOTEBOOKS:
            return "the scoreboard says what is left to mend"
        notebook, title = NOTEBOOKS[following]
        return f"{following:02d} {title} ({notebook})"

    def __repr__(self) -> str:
        lines = [f"Chapter {self._chapter:02d} {NOTEBOOKS[self._chapter][1]}"]
        return "\n".join([*lines, *(f"  {label + ':':<14}{text}" for label, text in self._rows)])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        rows = [(label, html_text(text)) for label, text in self._rows]
        title = html_text(f"Chapter {self._chapter:02d} {NOTEBOOKS[self._chapter][1]}")
        shown = card.card("note", "", title, rows)
        return {"text/plain": repr(self), "text/html": shown}
