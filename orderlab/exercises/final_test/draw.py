"""Which questions an attempt at the final test gets: drawn by chance that can be repeated."""

from __future__ import annotations

import random

from orderlab.exercises.final_test.pool import BY_CHAPTER
from orderlab.exercises.final_test.question import FinalQuestion

QUESTIONS = 30


def drawn(learner: int, attempt: int) -> tuple[FinalQuestion, ...]:
    """The questions of a learner's attempt (from 1), mixed, with their options mixed.

    Every chapter has three or four of them. A learner's next attempt has none of the last one's.
    """
    chosen = [
        each
        for chapter in BY_CHAPTER
        for each in _of_chapter(chapter, learner, attempt)
    ]  # fmt: skip
    chance = random.Random(f"{learner}/{attempt}/order")
    return tuple(each.shuffled(chance) for each in chance.sample(chosen, len(chosen)))


def _of_chapter(chapter: int, learner: int, attempt: int) -> list[FinalQuestion]:
    """The next questions of a chapter, in an order that is this learner's own."""
    pool = BY_CHAPTER[chapter]
    own = random.Random(f"{learner}/{chapter}").sample(pool, len(pool))
    begin = sum(_share(chapter, earlier) for earlier in range(1, attempt))
    return [own[(begin + n) % len(own)] for n in range(_share(chapter, attempt))]


def _share(chapter: int, attempt: int) -> int:
    """How many questions a chapter has in an attempt; those with one more take turns."""
    chapters = list(BY_CHAPTER)
    each, more = divmod(QUESTIONS, len(chapters))
    return each + ((chapters.index(chapter) + attempt) % len(chapters) < more)
