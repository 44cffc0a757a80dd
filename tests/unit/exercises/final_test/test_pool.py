"""The pool of the final test: every question can be answered, learned from, and not guessed."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from orderlab.exercises import registry
from orderlab.exercises.final_test.draw import QUESTIONS, drawn
from orderlab.exercises.final_test.places import SECTIONS, place
from orderlab.exercises.final_test.pool import BY_CHAPTER, POOL
from orderlab.exercises.final_test.question import FinalQuestion
from orderlab.exercises.final_test.topics import TOPICS

SOLUTIONS = Path(__file__).parents[4] / "solutions"
CHOOSE = {1: "", 2: "Choose two.", 3: "Choose three."}


def words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def longest(question: FinalQuestion, sign: int) -> bool:
    """Whether a right option alone is the longest, or with -1 the shortest."""
    lengths = [(sign * len(option.text), option.right) for option in question.options]
    most = max(length for length, _ in lengths)
    return {is_right for length, is_right in lengths if length == most} == {True}


def test_there_are_eighty_questions_ten_of_each_chapter() -> None:
    assert len(POOL) == 80
    assert {chapter: len(found) for chapter, found in BY_CHAPTER.items()} == dict.fromkeys(
        range(8), 10
    )


def test_every_question_stands_once() -> None:
    known = [each for chapter in registry.CHAPTERS for each in registry.questions(chapter)]
    for what in (
        [each.id for each in POOL],
        [words(each.text) for each in (*POOL, *known)],
        # the same four options would be the same question in other words
        [tuple(sorted(words(option.text) for option in each.options)) for each in POOL],
    ):
        assert [each for each, times in Counter(what).items() if times > 1] == []


@pytest.mark.parametrize("question", POOL, ids=lambda each: each.id)
def test_a_question_says_all_that_it_must(question: FinalQuestion) -> None:
    assert len(question.options) == 4
    assert len({words(option.text) for option in question.options}) == 4
    # every option has a reason of its own, and each reason is a sentence
    assert len({words(option.why) for option in question.options}) == 4
    assert all(option.why.endswith((".", "!", "?")) for option in question.options)
    rights = len(question.right_answers)
    assert 1 <= rights <= 3
    said = re.findall(r"Choose \w+\.", question.text)
    assert said == ([CHOOSE[rights]] if rights > 1 else [])
    assert question.text.endswith(("?", "Choose two.", "Choose three."))


@pytest.mark.parametrize("question", POOL, ids=lambda each: each.id)
def test_a_question_has_a_topic_and_a_place_to_read_again(question: FinalQuestion) -> None:
    assert question.topic in TOPICS
    chapter = next(number for number, found in BY_CHAPTER.items() if question in found)
    assert question.chapter == chapter and question.id.startswith(f"f{chapter}.")
    where = place(question.section)
    if SOLUTIONS.joinpath(where.href.partition("#")[0].replace(".ipynb", ".py")).is_file():
        assert "#" in where.href or "." not in question.section
    assert where.label.startswith(f"{chapter:02d} ")


def test_every_topic_is_asked_for() -> None:
    found = Counter(each.topic for each in POOL)
    assert set(found) == set(TOPICS) and min(found.values()) >= 3


def test_the_sections_have_the_headings_of_the_notebooks() -> None:
    headings = {
        number: title
        for path in SOLUTIONS.glob("0*.py")
        for number, title in re.findall(
            r"^# ## (\d\.\d+) (.+)$", path.read_text("utf-8"), flags=re.MULTILINE
        )
    }
    written = {number.split(".")[0] for number in headings}
    known = {n: title for n, title in SECTIONS.items() if n.split(".")[0] in written}
    assert {number: headings.get(number) for number in known} == known
    named = {each.section for each in POOL if "." in each.section}
    assert named == set(SECTIONS)


def test_right_options_cannot_be_told_by_their_length() -> None:
    assert sum(longest(each, 1) for each in POOL) <= 0.35 * len(POOL)
    assert sum(longest(each, -1) for each in POOL) <= 0.35 * len(POOL)


def test_a_draw_has_thirty_questions_of_all_chapters() -> None:
    for learner in range(1, 40):
        chosen = drawn(learner, 1)
        assert len({each.id for each in chosen}) == QUESTIONS
        found = Counter(each.chapter for each in chosen)
        assert set(found) == set(range(8)) and set(found.values()) <= {3, 4}


def test_the_same_learner_and_attempt_get_the_same_questions() -> None:
    assert drawn(5, 2) == drawn(5, 2)
    assert drawn(5, 2) != drawn(6, 2)


def test_the_next_attempt_asks_nothing_of_the_last_one() -> None:
    for attempt in range(1, 12):
        before, now = drawn(9, attempt), drawn(9, attempt + 1)
        assert {each.id for each in before} & {each.id for each in now} == set()


def test_in_three_attempts_nearly_the_whole_pool_was_asked() -> None:
    asked = {each.id for attempt in (1, 2, 3) for each in drawn(3, attempt)}
    assert len(asked) >= 78


def test_options_are_mixed() -> None:
    places = Counter(
        min(each.right_answers) for learner in range(1, 30) for each in drawn(learner, 1)
    )
    # with two right ones the first of them is early
    assert all(places[place] > 0.15 * sum(places.values()) for place in range(4))
