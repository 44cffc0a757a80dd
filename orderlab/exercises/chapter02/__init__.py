"""Chapter 02: a table for the orders, by the questions that are asked of it."""

from orderlab.exercises.chapter02.e1_table import TABLE
from orderlab.exercises.chapter02.e2_customer_index import CUSTOMER_ORDERS
from orderlab.exercises.chapter02.e3_open_orders import OPEN_ORDERS
from orderlab.exercises.chapter02.e4_stored_once import STORED_ONCE
from orderlab.exercises.chapter02.e5_units import UNITS
from orderlab.exercises.chapter02.e6_hot_key import HOT_KEY
from orderlab.exercises.chapter02.e7_real_week import REAL_WEEK
from orderlab.exercises.chapter02.questions import QUESTIONS

EXERCISES = (
    TABLE,
    CUSTOMER_ORDERS,
    OPEN_ORDERS,
    STORED_ONCE,
    UNITS,
    HOT_KEY,
    REAL_WEEK,
)

__all__ = ["EXERCISES", "QUESTIONS"]
