"""What a learner calls: `lab.exercise("2.3")` with `.check()`, `.hint()`, `.solution()`."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from orderlab.exercises.engine import card
from orderlab.exercises.engine.exercise import Exercise, Workspace
from orderlab.exercises.engine.outcome import Outcome, lab_fault
from orderlab.progress import Progress
from orderlab.showing.html_text import html_text

_NOTHING = object()


class Text:
    """A piece of text with a plain form and a card."""

    def __init__(self, kind: str, exercise: str, text: str, *, code: bool = False) -> None:
        self._kind, self._exercise, self._text, self._code = kind, exercise, text, code

    def __repr__(self) -> str:
        return f"{self._exercise} {card.LABELS[self._kind]}: {self._text}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        text = html_text(self._text)
        body = (
            f'<pre style="white-space:pre-wrap;background:none;color:inherit">{text}</pre>'
            if self._code
            else text
        )
        return {
            "text/plain": repr(self),
            "text/html": card.card(self._kind, self._exercise, body, []),
        }


class Attempt:
    """One exercise, as it stands in a learner's session."""

    def __init__(
        self,
        exercise: Exercise,
        workspace: Workspace,
        progress: Progress,
        waiting: Callable[[str], Any] | None = None,
    ) -> None:
        self._exercise = exercise
        self._workspace = workspace
        self._progress = progress
        self._waiting = waiting
        self._prepare()

    def _prepare(self) -> None:
        if self._exercise.prepare and not self._workspace.memory.get("prepared"):
            self._exercise.prepare(self._workspace)
            self._workspace.memory["prepared"] = True

    def __repr__(self) -> str:
        state = self._progress.exercise(self._exercise.id)
        return f"Exercise {self._exercise.id}, {self._exercise.title}: {state.describe()}"

    def check(self, answer: Any = _NOTHING) -> Outcome:
        """Look at what you built, or at the answer you give, and say what was found."""
        self._workspace.answer = None if answer is _NOTHING else answer
        done = (
            self._waiting(f"Checking {self._exercise.id} ...")
            if self._waiting and self._exercise.waits
            else None
        )
        try:
            outcome = self._exercise.check(self._workspace)
        except Exception as error:
            outcome = lab_fault(_explain(error))
        finally:
            if done is not None:
                done()
        outcome = replace(outcome, exercise=self._exercise.id)
        self._progress.checked(self._exercise.id, outcome.kind, outcome.misconception)
        return outcome

    def hint(self, step: int | None = None) -> Text:
        """The next hint, or hint 1, 2 or 3. After the third there is `.solution()`."""
        hints = self._exercise.hints
        shown = self._progress.exercise(self._exercise.id).hints
        number = min(max(step or shown + 1, 1), len(hints))
        self._progress.hinted(self._exercise.id, number)
        more = (
            f" ({number} of {len(hints)})"
            if number < len(hints)
            else " (the last; then .solution())"
        )
        return Text("hint", self._exercise.id, hints[number - 1] + more)

    def solution(self) -> Text:
        """One solution, with the reason. It is text: nothing is built by asking for it."""
        self._progress.saw_solution(self._exercise.id)
        return Text("solution", self._exercise.id, self._exercise.solution, code=True)

    def reset(self) -> Text:
        """Forget what was kept of this exercise; what stands in the cloud stays."""
        self._progress.reset(exercise=self._exercise.id)
        return Text(
            "note", self._exercise.id, "Kept answers and verdicts are gone; a backup was made."
        )

    def catch_up(self) -> bool:
        """Build the reference state unless the exercise was solved; True if it was built now."""
        if self._progress.exercise(self._exercise.id).solved:
            return False
        self._exercise.solve(self._workspace)
        return True


def _explain(error: Exception) -> str:
    """One line on a fault of ours, with the place, for whoever will mend it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
    return f"The check itself broke: {type(error).__name__}: {error} ({where})."
