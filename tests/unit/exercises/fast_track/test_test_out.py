"""The fast track: a chapter counts as tested out when its hardest checks are right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from orderlab.errors import LearnerError
from orderlab.exercises import registry
from orderlab.exercises.chapter_end import ChapterEnd
from orderlab.exercises.engine.attempt import Attempt
from orderlab.exercises.engine.exercise import Workspace
from orderlab.exercises.fast_track.record import chapters_passed, is_tested_out
from orderlab.exercises.fast_track.tasks import TASKS, chosen
from orderlab.exercises.fast_track.test_out import TestOut, demand_open
from orderlab.exercises.overview import overview
from orderlab.progress import Progress
from tests.unit.fake_target import FakeTarget

SOLUTIONS = Path(__file__).parents[4] / "solutions"
ANSWERS: dict[str, Any] = {
    "0.4": {"a": "R4", "b": "R1", "c": "R6", "d": "R5", "e": "R3", "f": "R2"},
    "0.6": {"workers": 20, "backlog": 16},
}


def fast_test(progress: Progress) -> TestOut:
    """The test-out of chapter 00, whose checks need no cloud."""

    def opened(identifier: str) -> Attempt:
        return Attempt(registry.exercise(identifier), Workspace(FakeTarget()), progress)

    return TestOut(0, opened, progress)


@pytest.mark.parametrize("chapter", registry.CHAPTERS)
def test_a_chapter_is_tested_out_by_two_or_three_of_its_exercises(chapter: int) -> None:
    exercises = {each: registry.exercise(each) for each in chosen(chapter)}
    assert 2 <= len(exercises) <= 3
    assert {each.chapter for each in exercises.values()} == {chapter}
    # what one of them stands on would be built by the lab
    needed = {need for each in exercises.values() for need in each.needs}
    assert not needed & exercises.keys()


@pytest.mark.parametrize("chapter", TASKS)
def test_a_task_names_what_it_asks_for(chapter: int) -> None:
    for identifier, task in TASKS[chapter].items():
        exercise = registry.exercise(identifier)
        if f"def {exercise.answer_name}(" in exercise.solution:
            assert f"`{exercise.answer_name}(" in task
        assert task.count("`") % 2 == 0 and len(task) > 100


def test_links_land_at_the_headings_of_exercises() -> None:
    headings = {
        number: title
        for path in SOLUTIONS.glob("0*.py")
        for number, title in re.findall(
            r"^# #### Exercise (\d\.\d+) (.+)$", path.read_text("utf-8"), flags=re.MULTILINE
        )
    }
    titles = {e.id: e.title for chapter in registry.CHAPTERS for e in registry.exercises(chapter)}
    assert titles == {number: headings[number] for number in titles}


def test_all_checks_right_test_the_chapter_out_and_leave_the_others_unsolved(
    tmp_path: Path,
) -> None:
    progress = Progress(tmp_path)
    test = fast_test(progress)
    assert test.check("0.4", ANSWERS["0.4"]).kind == "right"
    assert not test.passed and "1 of 2 right" in repr(test)
    test["0.6"].check(ANSWERS["0.6"])
    assert test.passed and chapters_passed(Progress(tmp_path)) == [0]
    shown = repr(overview(progress))
    assert "2 of 6" in shown and "tested out" in shown.splitlines()[2]
    assert "6 of 6" not in shown and "done" not in shown
    assert "2 of 6 solved, 0 caught up; the chapter is tested out" in repr(
        ChapterEnd(0, progress, 0)
    )


def test_a_wrong_answer_tests_nothing_out(tmp_path: Path) -> None:
    test = fast_test(Progress(tmp_path))
    test.check("0.4", {**ANSWERS["0.4"], "a": "R1"})
    test.check("0.6", ANSWERS["0.6"])
    assert not test.passed and "0.4" in repr(test) and "not yet" in repr(test)


def test_a_check_whose_solution_was_shown_does_not_count(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    test = fast_test(progress)
    test["0.4"].solution()
    for identifier, answer in ANSWERS.items():
        test.check(identifier, answer)
    assert not test.passed and "its solution was shown" in repr(test)
    test["0.4"].reset()
    test.check("0.4", ANSWERS["0.4"])
    assert test.passed


def test_exercises_solved_on_the_way_are_no_test_out(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    for identifier in ANSWERS:
        progress.checked(identifier, "right", "")
    assert not is_tested_out(progress, 0)


def test_what_the_lab_built_tests_nothing_out(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    test = fast_test(progress)
    for identifier in ANSWERS:
        progress.caught_up(identifier, True)
    assert not test.passed


def test_another_check_or_chapter_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LearnerError, match=r"0\.4, 0\.6"):
        fast_test(Progress(tmp_path))["0.1"]
    with pytest.raises(LearnerError, match=r"start\(chapter=3\)"):
        demand_open(3, 0)
    with pytest.raises(LearnerError, match="no chapter 12"):
        demand_open(12, 0)


def test_the_cards_say_task_place_and_state(tmp_path: Path) -> None:
    html = fast_test(Progress(tmp_path))._repr_mimebundle_()["text/html"]
    assert html.count('role="status"') == 2 and "not tried yet" in html
    assert '<a href="00_the_customer.ipynb#Exercise-0.6-Enough-workers-(open)">' in html
