"""What `lab.test_out(chapter)` returns: a chapter's hardest checks as cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.errors import LearnerError
from orderlab.exercises import registry
from orderlab.exercises.engine import card
from orderlab.exercises.engine.attempt import Attempt
from orderlab.exercises.engine.outcome import Outcome
from orderlab.exercises.fast_track.record import is_tested_out, opened, passed
from orderlab.exercises.fast_track.tasks import chosen
from orderlab.exercises.overview import NOTEBOOKS, anchor
from orderlab.progress import Progress
from orderlab.showing.html_text import html_text

Open = Callable[[str], Attempt]


class TestOut:
    """The hardest checks of a chapter. `test["4.7"]` is one of them, as `lab.exercise` gives it."""

    __test__ = False  # no test of pytest's

    def __init__(self, chapter: int, open_exercise: Open, progress: Progress) -> None:
        self.chapter, self._progress = chapter, progress
        self._tasks = chosen(chapter)
        opened(progress, chapter)
        self._attempts = {each: _ready(each, open_exercise) for each in self._tasks}

    def __getitem__(self, identifier: str) -> Attempt:
        """One of the checks. Raises LearnerError for another exercise."""
        if identifier not in self._attempts:
            raise LearnerError(
                f"{identifier!r} is not among these checks.",
                advice=f"There are: {', '.join(self._attempts)}.",
            )
        return self._attempts[identifier]

    def check(self, identifier: str, *answer: Any) -> Outcome:
        """Look at what you built, or at the answer you give: `test.check("4.7")`."""
        return self[identifier].check(*answer)

    @property
    def passed(self) -> bool:
        """Whether all of them are right, so that the chapter counts as tested out."""
        return is_tested_out(self._progress, self.chapter)

    def _verdict(self) -> str:
        name = f"Chapter {self.chapter:02d} {NOTEBOOKS[self.chapter][1]}"
        if self.passed:
            return f"{name}: tested out."
        right = sum(passed(self._progress, each) for each in self._tasks)
        return f"{name}: {right} of {len(self._tasks)} right. All of them test the chapter out."

    def _state(self, identifier: str) -> str:
        state = self._progress.exercise(identifier)
        if passed(self._progress, identifier):
            return "right"
        if state.solution_seen:
            return "its solution was shown, so it doesn't count here"
        return "not yet" if state.tries else "not tried yet"

    def __repr__(self) -> str:
        lines = [self._verdict()]
        for each, task in self._tasks.items():
            lines.append(f"{each} {registry.exercise(each).title}: {self._state(each)}")
            lines.append(f"   {task}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        cards = [self._card(each) for each in self._tasks]
        said = f"<p><strong>{html_text(self._verdict())}</strong></p>"
        return {"text/plain": repr(self), "text/html": said + "".join(cards)}

    def _card(self, identifier: str) -> str:
        exercise = registry.exercise(identifier)
        notebook = NOTEBOOKS[self.chapter][0]
        link = f'<a href="{notebook}{html_text(anchor(exercise))}">{html_text(exercise.title)}</a>'
        rows = [
            ("Check", f"<code>test.check({html_text(repr(identifier))}, ...)</code>"),
            ("In the notebook", link),
            ("Now", html_text(self._state(identifier))),
        ]
        kind = "right" if passed(self._progress, identifier) else "note"
        task = f"<strong>{html_text(exercise.title)}</strong><br>{_marked(self._tasks[identifier])}"
        return card.card(kind, identifier, task, rows)


def demand_open(wanted: int, chapter: int) -> None:
    """Raise LearnerError unless the wanted chapter is the one that is open: checks look at its
    cloud."""
    if wanted not in registry.CHAPTERS:
        known = ", ".join(str(number) for number in registry.CHAPTERS)
        raise LearnerError(f"There is no chapter {wanted!r}.", advice=f"There are: {known}.")
    if wanted != chapter:
        raise LearnerError(
            f"This is chapter {chapter:02d}, and checks look at a chapter's own cloud.",
            advice=f"`lab = orderlab.start(chapter={wanted})`, then `lab.test_out({wanted})`.",
        )


def _ready(identifier: str, open_exercise: Open) -> Attempt:
    """An exercise, after the lab has built what it stands on."""
    for need in registry.exercise(identifier).needs:
        open_exercise(need).catch_up()
    return open_exercise(identifier)


def _marked(text: str) -> str:
    """Words between backticks are code, as in the notebook's text."""
    parts = text.split("`")
    return "".join(
        f"<code>{html_text(part)}</code>" if index % 2 else html_text(part)
        for index, part in enumerate(parts)
    )
