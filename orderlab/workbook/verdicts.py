"""What a check says of every attempt whose verdict is known, on whatever target it is made.

The author's gate stops at the first surprise, because the local cloud has none. On a server of
others' a call may be missing, so that everything that happens is a verdict here, as a learner
would see it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from orderlab.errors import LearnerError, OrderlabError
from orderlab.exercises.engine.attempt import Attempt
from orderlab.exercises.engine.exercise import Exercise, Workspace
from orderlab.progress import Progress
from orderlab.workbook.gate import Fresh

UNTOUCHED = "as it comes"
SOLUTION = "the solution"
# beside the kinds of an outcome: the attempt, or what has to stand before it, could not be made
STOPPED = "stopped"
UNPREPARED = "unprepared"
_MOST_SAID = 300


@dataclass(frozen=True)
class Verdict:
    """What came of one attempt: the kind of outcome that is `due`, and the one that was `given`."""

    exercise: str
    attempt: str
    due: str
    given: str
    said: str = ""

    @property
    def holds(self) -> bool:
        return self.given == self.due

    @property
    def misleads(self) -> bool:
        """Whether a learner would be told something untrue about the answer."""
        return not self.holds and self.given in ("right", "wrong", "untouched")


def verdicts(exercise: Exercise, fresh: Fresh) -> Iterator[Verdict]:
    """One for each attempt; a single one where the exercise's beginning can't be laid out."""
    with ExitStack() as open_now:
        bench = _Bench(exercise, fresh, open_now)
        for name, due, attempt in attempts(exercise):
            verdict = bench.verdict(name, due, attempt)
            yield verdict
            if verdict.given == UNPREPARED:
                return


def attempts(exercise: Exercise) -> list[tuple[str, str, Callable[[Workspace], Any]]]:
    """The name of each attempt, the outcome that is due, and how it is made."""
    return [
        (UNTOUCHED, "untouched", lambda _: None),
        (SOLUTION, "right", exercise.solve),
        *((proof.name, proof.verdict, proof.attempt) for proof in exercise.proofs),
    ]


class _Bench:
    """Where attempts are made: a new place after each attempt that made a call."""

    def __init__(self, exercise: Exercise, fresh: Fresh, open_now: ExitStack) -> None:
        self._exercise = exercise
        self._fresh = fresh
        self._open = open_now
        self._now: tuple[Workspace, Callable[[], int]] | None = None

    def verdict(self, name: str, due: str, attempt: Callable[[Workspace], Any]) -> Verdict:
        if self._now is None:
            try:
                self._now = self._open.enter_context(self._fresh(self._exercise.id))
            except Exception as error:
                return Verdict(self._exercise.id, name, due, UNPREPARED, _short(error))
        workspace, calls = self._now
        memory, before = dict(workspace.memory), calls()
        given, said = self._judged(workspace, attempt, lambda: calls() == before)
        workspace.memory = memory
        return Verdict(self._exercise.id, name, due, given, "" if given == due else said)

    def _judged(
        self, workspace: Workspace, attempt: Callable[[Workspace], Any], pure: Callable[[], bool]
    ) -> tuple[str, str]:
        try:
            answer = attempt(workspace)
        except Exception as error:
            self._leave()
            return STOPPED, _short(error)
        untouched_place = pure()
        with tempfile.TemporaryDirectory(prefix="orderlab-verdict-") as folder:
            # what it prepares stands already
            opened = replace(self._exercise, prepare=None)
            shown = Attempt(opened, workspace, Progress(Path(folder)))
            outcome = shown.check(answer)
        if not untouched_place:
            self._leave()
        return outcome.kind, _short(outcome.message)

    def _leave(self) -> None:
        self._open.close()
        self._now = None


def _short(what: object) -> str:
    """The first words of an error or a message."""
    kind = f"{type(what).__name__}: " if isinstance(what, Exception) else ""
    if isinstance(what, LearnerError | OrderlabError):
        kind = ""
    return f"{kind}{what}".strip()[:_MOST_SAID]
