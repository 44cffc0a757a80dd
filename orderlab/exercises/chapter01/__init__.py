"""Chapter 01: the first function, its environments, and the API in front of it."""

from orderlab.exercises.chapter01.e1_handler_name import HANDLER_NAME
from orderlab.exercises.chapter01.e2_counter import COUNTER
from orderlab.exercises.chapter01.e3_permission import PERMISSION
from orderlab.exercises.chapter01.e4_content_type import CONTENT_TYPE
from orderlab.exercises.chapter01.e5_one_client import ONE_CLIENT
from orderlab.exercises.chapter01.e6_reserved import RESERVED
from orderlab.exercises.chapter01.questions import QUESTIONS

EXERCISES = (HANDLER_NAME, COUNTER, PERMISSION, CONTENT_TYPE, ONE_CLIENT, RESERVED)

__all__ = ["EXERCISES", "QUESTIONS"]
