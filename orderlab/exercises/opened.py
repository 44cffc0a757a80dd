"""The exercises of a chapter that were opened in a session, with what each remembers."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.exercises import registry
from orderlab.exercises.engine.attempt import Attempt
from orderlab.exercises.engine.exercise import Exercise, Workspace
from orderlab.exercises.waiting import sign_of_progress
from orderlab.progress import Progress


class OpenedExercises:
    """An exercise is prepared whenever it is opened; the first time is told apart."""

    def __init__(self, chapter: int) -> None:
        self._chapter = chapter
        self._memories: dict[str, dict[str, Any]] = {}
        # those of a cloud before this one: exercises that a notebook holds have them still
        self._former: dict[str, dict[str, Any]] = {}

    def open(self, identifier: str, target: Target, progress: Progress) -> tuple[Attempt, str]:
        """An exercise, and its id if it was prepared for the first time.

        Raises LearnerError for one of another chapter, whose place is another cloud.
        """
        exercise = self._of_this_chapter(identifier)
        opened = exercise.id in self._memories
        former = self._former.pop(exercise.id, {})
        memory = self._memories.setdefault(exercise.id, former)
        try:
            workspace = Workspace(target, memory=memory)
            attempt = Attempt(exercise, workspace, progress, sign_of_progress)
        except BaseException:
            if not opened:  # half prepared is not prepared
                self._memories.pop(exercise.id, None)
            raise
        return attempt, exercise.id if exercise.prepare and not opened else ""

    def _of_this_chapter(self, identifier: str) -> Exercise:
        exercise = registry.exercise(identifier)
        if exercise.chapter != self._chapter:
            raise LearnerError(
                f"Exercise {exercise.id} belongs to chapter {exercise.chapter:02d}, and this is "
                f"chapter {self._chapter:02d}.",
                advice=f"Open its chapter first: `orderlab.start(chapter={exercise.chapter})`.",
            )
        return exercise

    def begin_again(self) -> None:
        """On a new cloud nothing is prepared yet; what a notebook holds of them stays valid."""
        self._former |= self._memories
        self._memories.clear()
        for memory in self._former.values():
            memory.clear()
