"""The final test: answers are kept, verdicts wait, and the result says what to read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderlab.errors import LearnerError
from orderlab.exercises.final_test.attempts import Attempts
from orderlab.exercises.final_test.widget import FinalTest
from orderlab.progress import Progress


def answer_all(test: FinalTest, *, wrong: int = 0) -> None:
    """Answer rightly, but the first so many wrongly."""
    for number, question in enumerate(test.questions, 1):
        right = [index + 1 for index in sorted(question.right_answers)]
        others = [index for index in range(1, 5) if index not in right]
        test.answer(number, *(others[:1] if number <= wrong else right))


def test_an_answer_is_kept_over_a_restart(tmp_path: Path) -> None:
    test = FinalTest(Progress(tmp_path))
    assert "1 of 30 answered" in test.answer(7, 2)
    again = FinalTest(Progress(tmp_path))
    assert again.questions == test.questions
    assert again.widget.answers == {test.questions[6].id: [1]}


def test_an_answer_can_be_changed_until_the_end_and_not_after(tmp_path: Path) -> None:
    test = FinalTest(Progress(tmp_path))
    test.answer(1, 1)
    test.answer(1, 2)
    assert FinalTest(Progress(tmp_path)).widget.answers == {test.questions[0].id: [1]}
    test.finish()
    with pytest.raises(LearnerError, match="finished"):
        test.answer(1, 3)


@pytest.mark.parametrize("given", [(0, 1), (31, 1), (1, 0), (1, 5), (1,), (-1, 1)])
def test_what_does_not_exist_is_not_answered(tmp_path: Path, given: tuple[int, ...]) -> None:
    with pytest.raises(LearnerError):
        FinalTest(Progress(tmp_path)).answer(*given)


def test_verdicts_wait_for_the_end(tmp_path: Path) -> None:
    test = FinalTest(Progress(tmp_path))
    test.answer(1, 1)
    known = json.dumps(test.widget.questions)
    assert '"why"' not in known and '"right"' not in known
    assert test.result().right is None and test.result().topics == ()
    test.finish()
    known = json.dumps(test.widget.questions)
    assert '"why"' in known and not test.widget.held


def test_the_result_is_by_topic_and_links_to_what_was_missed(tmp_path: Path) -> None:
    test = FinalTest(Progress(tmp_path))
    answer_all(test, wrong=2)
    result = test.result()
    assert (result.right, result.of) == (28, 30)
    assert sum(right for right, _ in result.by_topic().values()) == 28
    assert sum(asked for _, asked in result.by_topic().values()) == 30
    missed = {question.section for question in test.questions[:2]}
    read = {place.label for row in result.topics for place in row.read}
    assert len(read) == len(missed)
    html = result._repr_mimebundle_()["text/html"]
    assert html.count("<a href=") >= len(missed) and ".ipynb" in html
    assert test.widget.headline == "Final test, attempt 1: 28 of 30 right."


def test_a_finished_attempt_is_kept_and_counts_once(tmp_path: Path) -> None:
    test = FinalTest(Progress(tmp_path))
    answer_all(test, wrong=5)
    test.result()
    test.result()
    again = FinalTest(Progress(tmp_path))
    assert again.widget.finished and again.result().right == 25
    assert [each.right for each in Attempts(Progress(tmp_path)).finished] == [25]


def test_the_next_attempt_has_other_questions_and_no_answers(tmp_path: Path) -> None:
    first = FinalTest(Progress(tmp_path))
    answer_all(first, wrong=10)
    first.result()
    second = first.again()
    assert second.attempt == 2 and not second.widget.answers and second.widget.held
    asked = {each.id for each in first.questions} & {each.id for each in second.questions}
    assert asked == set()
    answer_all(second)
    second.result()
    best = Attempts(Progress(tmp_path)).best
    assert best is not None and (best.attempt, best.right) == (2, 30)


def test_what_is_open_at_the_end_counts_as_not_right(tmp_path: Path) -> None:
    test = FinalTest(Progress(tmp_path))
    question = test.questions[0]
    test.answer(1, *(index + 1 for index in question.right_answers))
    assert test.finish().right == 1


@pytest.mark.parametrize("given", [(1.0, 2), ("1", 2), (1, 2.0), (1, True), (1, [2]), (None, 1)])
def test_what_is_no_whole_number_names_nothing(tmp_path: Path, given: Any) -> None:
    test = FinalTest(Progress(tmp_path))
    with pytest.raises(LearnerError):
        test.answer(*given)
    assert not test.widget.answers


def test_a_reset_of_everything_begins_anew(tmp_path: Path) -> None:
    test = FinalTest(Progress(tmp_path))
    answer_all(test)
    test.result()
    Progress(tmp_path).reset()
    fresh = FinalTest(Progress(tmp_path))
    assert fresh.attempt == 1 and not fresh.widget.answers and not fresh.widget.finished


def test_a_reset_of_a_chapter_leaves_the_test(tmp_path: Path) -> None:
    test = FinalTest(Progress(tmp_path))
    test.answer(1, 1)
    Progress(tmp_path).checked("0.1", "right", "")
    Progress(tmp_path).reset(chapter=0)
    assert FinalTest(Progress(tmp_path)).widget.answers


def test_what_is_shown_is_the_same_for_every_learner(tmp_path: Path) -> None:
    shown = {repr(FinalTest(Progress(tmp_path / name))) for name in ("a", "b")}
    assert len(shown) == 1
    text = FinalTest(Progress(tmp_path / "a")).text()
    assert text.startswith("1. ") and text.count("   1) ") == 30
