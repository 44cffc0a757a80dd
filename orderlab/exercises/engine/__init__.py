"""The engine of exercises: what one is, what comes of a check, how it is shown.

`exercise.py` says what an author writes, `outcome.py` what a check gives back, `card.py` how that
looks, `attempt.py` what a learner calls. Content is one package a chapter beside this one.
"""

from orderlab.exercises.engine.exercise import Exercise, Proof, Workspace
from orderlab.exercises.engine.outcome import Outcome, lab_fault, right, untouched, wrong

__all__ = ["Exercise", "Outcome", "Proof", "Workspace", "lab_fault", "right", "untouched", "wrong"]
