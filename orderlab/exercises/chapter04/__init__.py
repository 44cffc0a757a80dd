"""Chapter 04: a queue between the customer's order and the work on it."""

from orderlab.exercises.chapter04.e1_inbox import INBOX_QUEUE
from orderlab.exercises.chapter04.e2_door import DOOR
from orderlab.exercises.chapter04.e3_worker import WORKER
from orderlab.exercises.chapter04.e4_status import STATUS
from orderlab.exercises.chapter04.questions import QUESTIONS

EXERCISES = (INBOX_QUEUE, DOOR, WORKER, STATUS)

__all__ = ["EXERCISES", "QUESTIONS"]
