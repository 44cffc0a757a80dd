"""Chapter 01: the first function, its environments, and the API in front of it."""

from orderlab.exercises.chapter01.e1_receipt import RECEIPT
from orderlab.exercises.chapter01.e2_log import LOG
from orderlab.exercises.chapter01.e3_counter import COUNTER
from orderlab.exercises.chapter01.e4_door import DOOR
from orderlab.exercises.chapter01.e5_one_order import ONE_ORDER
from orderlab.exercises.chapter01.e6_content_type import CONTENT_TYPE
from orderlab.exercises.chapter01.e7_door_metrics import DOOR_METRICS
from orderlab.exercises.chapter01.e8_one_client import ONE_CLIENT
from orderlab.exercises.chapter01.e9_reserved import RESERVED
from orderlab.exercises.chapter01.questions import QUESTIONS

EXERCISES = (
    RECEIPT,
    LOG,
    COUNTER,
    DOOR,
    ONE_ORDER,
    CONTENT_TYPE,
    DOOR_METRICS,
    ONE_CLIENT,
    RESERVED,
)

__all__ = ["EXERCISES", "QUESTIONS"]
