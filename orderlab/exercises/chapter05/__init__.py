"""Chapter 05: short and long polls, and what waiting for nothing costs."""

from orderlab.exercises.chapter05.e1_odds import ODDS
from orderlab.exercises.chapter05.e2_drain import DRAIN
from orderlab.exercises.chapter05.e3_key_press import KEY_PRESS
from orderlab.exercises.chapter05.e4_clocks import CLOCKS
from orderlab.exercises.chapter05.e5_turn import TURN
from orderlab.exercises.chapter05.e6_idle import IDLE
from orderlab.exercises.chapter05.questions import QUESTIONS

EXERCISES = (ODDS, DRAIN, KEY_PRESS, CLOCKS, TURN, IDLE)

__all__ = ["EXERCISES", "QUESTIONS"]
