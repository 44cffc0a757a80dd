"""Chapter 07: the finished system measured, and what comes after it."""

from orderlab.exercises.chapter07.e1_bill import BILL
from orderlab.exercises.chapter07.e2_lean import LEAN
from orderlab.exercises.chapter07.e3_bus import RULES
from orderlab.exercises.chapter07.e4_pipe import GLUE
from orderlab.exercises.chapter07.e5_choices import CHOICES
from orderlab.exercises.chapter07.e6_score import SCORE
from orderlab.exercises.chapter07.questions import QUESTIONS

EXERCISES = (BILL, LEAN, RULES, GLUE, CHOICES, SCORE)

__all__ = ["EXERCISES", "QUESTIONS"]
