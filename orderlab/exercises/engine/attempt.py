"""What a learner calls: `lab.exercise("2.3")` with `.check()`, `.hint()`, `.solution()`."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as CloudConnectionError

from orderlab.aws_target.base import NotHere
from orderlab.aws_target.lacking import not_done
from orderlab.errors import LearnerError, interruptible
from orderlab.exercises.engine.answers import CannotRead
from orderlab.exercises.engine.exercise import Exercise, Workspace
from orderlab.exercises.engine.outcome import (
    Outcome,
    caught_up,
    lab_fault,
    not_here,
    unreadable,
    wrong,
)
from orderlab.exercises.engine.text import Text
from orderlab.progress import Progress

_STOPPED = "The local cloud does not answer, so there was nothing to look at."
_START_AGAIN = "Run the notebook's first cell again: `orderlab.start(...)`. Your work is kept."


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
        if exercise.prepare:
            exercise.prepare(workspace)

    def __repr__(self) -> str:
        state = self._progress.exercise(self._exercise.id)
        return f"Exercise {self._exercise.id}, {self._exercise.title}: {state.describe()}"

    @property
    def material(self) -> Any:
        """What the exercise is about: sentences, parts or cases by name."""
        from orderlab.showing.table import Table

        rows = [{"which": name, "about": text} for name, text in self._exercise.material.items()]
        return Table(rows)

    def check(self, *answer: Any) -> Outcome:
        """Look at what you built, or at the answer you give, and say what was found.

        Several answers are taken as one, a tuple of them.
        """
        self._workspace.answer = answer[0] if len(answer) == 1 else (answer or None)
        with interruptible(
            f"The check of {self._exercise.id} was interrupted; it counts for nothing. "
            "Run the cell again when you like."
        ):
            outcome = replace(self._judge(), exercise=self._exercise.id, attempt=self)
        if outcome.kind == "right" and not answer and self._built_by_the_lab:
            outcome = caught_up(outcome)
        self._progress.checked(self._exercise.id, outcome.kind, outcome.misconception)
        return outcome

    def _judge(self) -> Outcome:
        done = None
        if self._waiting and self._exercise.waits:
            done = self._waiting(f"Checking {self._exercise.id} ...")
        try:
            return self._exercise.check(self._workspace)
        except CannotRead as why:
            return unreadable(str(why))
        except SystemExit:
            return wrong(
                "it ends the program",
                "Your code ended the program that it runs in (SystemExit), and the check with it.",
                next="Without sys.exit(), exit() and quit(): a function ends with return.",
            )
        except (CloudConnectionError, HTTPClientError):
            return lab_fault(_STOPPED, next=_START_AGAIN)
        except NotHere as why:
            return not_here(str(why))
        except LearnerError as error:
            return lab_fault(str(error), next=error.advice or _START_AGAIN)
        except ClientError as error:
            missing = not_done(error)
            return not_here(missing) if missing else lab_fault(_explain(error))
        except Exception as error:
            return lab_fault(_explain(error))
        finally:
            if done is not None:
                done()

    @property
    def _built_by_the_lab(self) -> bool:
        state = self._progress.exercise(self._exercise.id)
        return state.caught_up and not state.solved

    def again(self) -> Attempt:
        """Take away what your tries at this exercise made, and only that; start over."""
        if self._exercise.undo:
            self._exercise.undo(self._workspace)
            self._workspace.memory.clear()
            if self._exercise.prepare:
                self._exercise.prepare(self._workspace)
        self._progress.caught_up(self._exercise.id, False)
        return self

    def note(self) -> Text:
        """What starting over did, in one sentence."""
        made = (
            "What your tries made is taken away." if self._exercise.undo else "Nothing was built."
        )
        return Text("note", self._exercise.id, f"{made} Run the exercise's cell again.")

    def hint(self, step: int | None = None) -> Text:
        """The next hint, or hint 1, 2 or 3. After the third there is `.solution()`."""
        hints = self._exercise.hints
        if step is not None and step not in range(1, len(hints) + 1):
            raise LearnerError(
                f"There is no hint {step!r}.", advice=f"Ask for hint 1 to {len(hints)}."
            )
        shown = self._progress.exercise(self._exercise.id).hints
        number = step or min(shown + 1, len(hints))
        self._progress.hinted(self._exercise.id, number)
        last = number == len(hints)
        more = " (the last; then `ex.solution()`)" if last else f" ({number} of {len(hints)})"
        return Text("hint", self._exercise.id, hints[number - 1] + more)

    def solution(self) -> Text:
        """One solution, with the reason. It is text: nothing is built by asking for it."""
        self._progress.saw_solution(self._exercise.id)
        return Text("solution", self._exercise.id, self._exercise.solution, code=True)

    def reset(self) -> Text:
        """Forget what was kept of this exercise, and take away what its tries made."""
        self._progress.reset(exercise=self._exercise.id)
        self.again()
        return Text(
            "note", self._exercise.id, "Its verdicts and tries are forgotten; a backup was made."
        )

    def catch_up(self) -> bool:
        """Build the reference solution unless it, or yours, stands; True if it was built now."""
        try:
            if self._stands():
                return False
            answer = self._exercise.solve(self._workspace)
        except NotHere as why:
            print(f"{self._exercise.id}: {why}")  # noqa: T201 the others are caught up
            return False
        # what can be undone was built, also where an answer is asked for beside it
        built = answer is None or self._exercise.undo is not None
        if built and not self._progress.exercise(self._exercise.id).solved:
            self._progress.caught_up(self._exercise.id, True)
        return built

    def _stands(self) -> bool:
        if self._exercise.stands is not None:
            return self._exercise.stands(self._workspace)
        self._workspace.answer = None
        return self._exercise.check(self._workspace).kind == "right"


def _explain(error: Exception) -> str:
    """One line on a fault of ours, with the place, for whoever will mend it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
    return f"The check itself broke: {type(error).__name__}: {error} ({where})."
