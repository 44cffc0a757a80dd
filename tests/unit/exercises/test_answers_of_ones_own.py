"""The walk through the whole course has an answer to every exercise, and none of them is ours."""

from __future__ import annotations

import ast
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from orderlab.exercises import registry
from orderlab.exercises.engine import Exercise
from orderlab.exercises.overview import NOTEBOOKS
from orderlab.workbook.chapter import notebook_of
from orderlab.workbook.learner import learner_notebook
from tests.browser.answered import NoAnswerError, answered, exercises_in
from tests.browser.answers import answers

ROOT = Path(__file__).parents[3]
EXERCISES = [each for chapter in registry.CHAPTERS for each in registry.exercises(chapter)]
CHECKED = 'ex = lab.exercise("1.1")\nvalue = None\n# your code here\n\nex.check(value)'
OPEN = 'TEXT = """def f():\n    # your code here\n    ...\n"""'


def of(exercise: Exercise) -> str:
    answer = answers(exercise.chapter).get(exercise.id, "")
    return answer if isinstance(answer, str) else "\n".join(answer)


def code_cells(chapter: int) -> list[str]:
    """The code that a learner finds in the notebook of a chapter."""
    path = (ROOT / "solutions" / NOTEBOOKS[chapter][0]).with_suffix(".py")
    cells = learner_notebook(notebook_of(path)).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_exercise_has_an_answer_that_is_not_the_shown_solution(exercise: Exercise) -> None:
    own = of(exercise)
    assert own.strip(), f"tests/browser/answers/chapter{exercise.chapter:02d}.py: {exercise.id}"
    likeness = SequenceMatcher(None, _words(own), _words(exercise.solution), autojunk=False)
    assert likeness.ratio() < 0.7, "it is the shown solution in all but a few words"


@pytest.mark.parametrize("chapter", registry.CHAPTERS)
def test_the_answers_fill_every_place_that_a_notebook_leaves(chapter: int) -> None:
    cells = code_cells(chapter)
    asked = {each.id for each in registry.exercises(chapter)}
    assert set(exercises_in(cells)) == set(answers(chapter))
    assert set(answers(chapter)) - {f"{chapter}.end"} == asked
    for source in answered(cells, answers(chapter)):
        ast.parse(source)


def _words(code: str) -> list[str]:
    return [word for line in code.splitlines() for word in line.split("#")[0].split()]


def test_a_text_goes_into_the_cell_that_checks() -> None:
    assert answered([OPEN, CHECKED], {"1.1": "value = 3"}) == [
        OPEN,
        'ex = lab.exercise("1.1")\nvalue = None\nvalue = 3\n\nex.check(value)',
    ]


def test_parts_fill_the_places_as_far_to_the_right_as_they_stand() -> None:
    filled = answered([OPEN, CHECKED], {"1.1": ("if 1:\n    return 2", "value = 3")})
    assert filled[0] == 'TEXT = """def f():\n    if 1:\n        return 2\n    ...\n"""'
    assert "\nvalue = 3\n" in filled[1]


def test_a_cell_without_a_place_gets_its_answer_before_it() -> None:
    cell = 'ex = lab.exercise("1.1")\nex.check(seen)'
    assert answered([cell], {"1.1": "seen = 1"}) == [f"seen = 1\n\n{cell}"]


def test_what_is_left_after_the_last_exercise_is_filled_as_well() -> None:
    cells = [CHECKED, "# your code here", "day.end()"]
    assert exercises_in(cells) == {"1.1": [0], "1.end": [1, 2]}
    assert answered(cells, {"1.1": "value = 3", "1.end": ("look()",)})[1] == "look()"


def test_an_exercise_without_an_answer_is_named() -> None:
    with pytest.raises(NoAnswerError, match=r"Exercise 1\.1 has no answer.*chapter01\.py"):
        answered([CHECKED], {})
    with pytest.raises(NoAnswerError, match="leaves 1 places and its answer has 2 parts"):
        answered([CHECKED], {"1.1": ("a = 1", "b = 2")})
