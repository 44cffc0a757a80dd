"""A table and a global secondary index of it."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """The same items twice: by order_id, and by customer and time."""
    board = Sketch(220)
    board.text(10, 22, "table orders, by order_id", bold=True)
    rows = (("o-1", "c-7", "Monday"), ("o-2", "c-3", "Monday"), ("o-3", "c-7", "Tuesday"))
    for index, (order, customer, day) in enumerate(rows):
        y = 36 + index * 40
        board.box(10, y, 80, 30, order, colour=BLUE, filled=True)
        board.text(104, y + 20, f"{customer}, {day}", size=13)
    board.arrow(250, 90, 418, 90, "copied by DynamoDB,")
    board.text(334, 112, "a moment later", anchor="middle", colour=QUIET, size=12)
    board.text(430, 22, "index customer-orders, by customer and time", bold=True)
    sorted_rows = (("c-3", "Monday", "o-2"), ("c-7", "Monday", "o-1"), ("c-7", "Tuesday", "o-3"))
    for index, (customer, day, order) in enumerate(sorted_rows):
        y = 36 + index * 40
        board.box(430, y, 70, 30, customer, colour=GREEN, filled=True)
        board.box(504, y, 90, 30, day, colour=GREEN)
        board.text(608, y + 20, order, size=13)
    board.text(430, 186, "Query c-7, backwards: o-3, o-1", colour=QUIET)
    return board.picture(
        "A table of three orders by order_id, and beside it the index customer-orders, which holds "
        "the same orders by customer and time. DynamoDB copies them a moment later. A query for "
        "customer c-7, backwards, reads o-3 and then o-1 and nothing else."
    )
