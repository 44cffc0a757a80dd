"""Chapter 03: events, from the table's stream through a topic to a queue for each service."""

from orderlab.exercises.chapter03.e1_records import RECORDS
from orderlab.exercises.chapter03.e2_event import EVENT
from orderlab.exercises.chapter03.e3_fan_out import FAN_OUT
from orderlab.exercises.chapter03.e4_fraud_check import FRAUD_CHECK
from orderlab.exercises.chapter03.e5_blocked_shard import BLOCKED_SHARD
from orderlab.exercises.chapter03.e6_loyalty import LOYALTY_JOINS
from orderlab.exercises.chapter03.e7_alarms import ALARMS
from orderlab.exercises.chapter03.questions import QUESTIONS

EXERCISES = (RECORDS, EVENT, FAN_OUT, FRAUD_CHECK, BLOCKED_SHARD, LOYALTY_JOINS, ALARMS)

__all__ = ["EXERCISES", "QUESTIONS"]
