"""Chapter 04: a queue between the customer's order and the work on it."""

from orderlab.exercises.chapter04.e1_inbox import INBOX_QUEUE
from orderlab.exercises.chapter04.e2_door import DOOR
from orderlab.exercises.chapter04.e3_worker import WORKER
from orderlab.exercises.chapter04.e4_status import STATUS
from orderlab.exercises.chapter04.e5_visibility import CLOCK
from orderlab.exercises.chapter04.e6_dead_letters import DEAD_LETTERS
from orderlab.exercises.chapter04.e7_backlog import BACKLOG
from orderlab.exercises.chapter04.e8_claim_check import CLAIM_CHECK
from orderlab.exercises.chapter04.questions import QUESTIONS as AT_THE_DOOR
from orderlab.exercises.chapter04.questions_b import WORKING_OFF

EXERCISES = (INBOX_QUEUE, DOOR, WORKER, STATUS, CLOCK, DEAD_LETTERS, BACKLOG, CLAIM_CHECK)
QUESTIONS = (*AT_THE_DOOR, *WORKING_OFF)

__all__ = ["EXERCISES", "QUESTIONS"]
