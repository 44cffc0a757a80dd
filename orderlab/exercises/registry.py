"""All exercises and questions, by chapter; a chapter is imported when it is asked for."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from orderlab.errors import LearnerError
from orderlab.exercises.engine.exercise import Exercise
from orderlab.exercises.quiz.question import Question

CHAPTERS = (0, 1, 2, 3, 4, 5, 6, 7)


@cache
def exercises(chapter: int) -> tuple[Exercise, ...]:
    """The exercises of a chapter, in their order."""
    found: tuple[Exercise, ...] = _content(chapter).EXERCISES
    return found


@cache
def questions(chapter: int) -> tuple[Question, ...]:
    """The quiz of a chapter, in its order."""
    found: tuple[Question, ...] = _content(chapter).QUESTIONS
    return found


def exercise(identifier: str) -> Exercise:
    """The exercise of that id; LearnerError names those that exist."""
    try:
        chapter = int(str(identifier).split(".")[0])
        return next(each for each in exercises(chapter) if each.id == str(identifier))
    except (ValueError, ModuleNotFoundError):
        known = ", ".join(f"{chapter}.1" for chapter in CHAPTERS)
        advice = f"An id is the chapter and a number, such as {known}."
    except StopIteration:
        advice = f"There are: {', '.join(each.id for each in exercises(chapter))}."
    raise LearnerError(f"There is no exercise {identifier!r}.", advice=advice)


def _content(chapter: int) -> Any:
    if chapter not in CHAPTERS:
        raise ModuleNotFoundError(f"chapter {chapter}")
    return importlib.import_module(f"orderlab.exercises.chapter{chapter:02d}")
