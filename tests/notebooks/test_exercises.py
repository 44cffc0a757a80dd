"""Every exercise: untouched as it comes, wrong in each named way, right in more than one."""

from __future__ import annotations

import importlib.util

import pytest

from orderlab.exercises import registry
from orderlab.exercises.engine import Exercise
from orderlab.workbook.check import fresh_workspace
from orderlab.workbook.gate import prove
from orderlab.workbook.mutants import survivors

EXERCISES = [
    exercise
    for chapter in registry.CHAPTERS
    if importlib.util.find_spec(f"orderlab.exercises.chapter{chapter:02d}")
    for exercise in registry.exercises(chapter)
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_the_check_tells_each_attempt_apart(exercise: Exercise) -> None:
    assert prove(exercise, fresh_workspace) == []


@pytest.mark.timeout(400)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_mutant_of_the_shown_solution_fails(exercise: Exercise) -> None:
    """One of each; `orderlab check` tries all, which takes a quarter of an hour."""
    assert survivors(exercise, fresh_workspace, most=1) == []
