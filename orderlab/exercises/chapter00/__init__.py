"""Chapter 00: the customer, their monolith, and what they require."""

from orderlab.exercises.chapter00.e1_busiest_hour import BUSIEST_HOUR
from orderlab.exercises.chapter00.e2_billed_not_stored import BILLED_NOT_STORED
from orderlab.exercises.chapter00.e3_tried_again import TRIED_AGAIN
from orderlab.exercises.chapter00.e4_specification import SPECIFICATION
from orderlab.exercises.chapter00.e5_three_ways import THREE_WAYS
from orderlab.exercises.chapter00.e6_enough_workers import ENOUGH_WORKERS
from orderlab.exercises.chapter00.questions import QUESTIONS

EXERCISES = (
    BUSIEST_HOUR,
    BILLED_NOT_STORED,
    TRIED_AGAIN,
    SPECIFICATION,
    THREE_WAYS,
    ENOUGH_WORKERS,
)

__all__ = ["EXERCISES", "QUESTIONS"]
