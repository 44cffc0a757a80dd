"""The pool of the final test, by chapter."""

from __future__ import annotations

from orderlab.exercises.final_test import (
    about_caches,
    about_events,
    about_functions,
    about_polling,
    about_queues,
    about_tables,
    about_the_customer,
    about_the_whole,
)
from orderlab.exercises.final_test.question import FinalQuestion

BY_CHAPTER: dict[int, tuple[FinalQuestion, ...]] = {
    0: about_the_customer.QUESTIONS,
    1: about_functions.QUESTIONS,
    2: about_tables.QUESTIONS,
    3: about_events.QUESTIONS,
    4: about_queues.QUESTIONS,
    5: about_polling.QUESTIONS,
    6: about_caches.QUESTIONS,
    7: about_the_whole.QUESTIONS,
}
POOL = tuple(question for chapter in BY_CHAPTER.values() for question in chapter)
