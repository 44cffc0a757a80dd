"""Chapter 07: the finished system measured, and what comes after it."""

from orderlab.exercises.chapter07.e3_bus import RULES

EXERCISES = (RULES,)
QUESTIONS = ()

__all__ = ["EXERCISES", "QUESTIONS"]
