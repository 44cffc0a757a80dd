"""Chapter 06: a cache before the table, layers, memory sizes, and logs that can be searched."""

from orderlab.exercises.chapter06.e1_reads import READS
from orderlab.exercises.chapter06.e2_times import TIMES
from orderlab.exercises.chapter06.e3_cancel import CANCEL
from orderlab.exercises.chapter06.e4_break_even import BREAK_EVEN
from orderlab.exercises.chapter06.e5_quote import QUOTE
from orderlab.exercises.chapter06.e6_pins import PINS
from orderlab.exercises.chapter06.e7_best_size import BEST_SIZE
from orderlab.exercises.chapter06.e8_ready import READY
from orderlab.exercises.chapter06.e9_seen import SEEN
from orderlab.exercises.chapter06.questions import QUESTIONS

EXERCISES = (READS, TIMES, CANCEL, BREAK_EVEN, QUOTE, PINS, BEST_SIZE, READY, SEEN)

__all__ = ["EXERCISES", "QUESTIONS"]
