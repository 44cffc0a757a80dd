"""Three answers to the question for an order, by the table and by the promise."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """A decision: is it in the table; does the request bring a promise along."""
    board = Sketch(200)
    board.text(10, 36, "GET /orders/ID/status?accepted=T", bold=True)
    board.arrow(130, 46, 130, 76)
    board.box(30, 80, 210, 50, "in the table?", colour=BLUE)
    board.arrow(245, 105, 395, 105, "no")
    board.box(400, 80, 230, 50, "with a promise?", colour=BLUE, small="accepted=T")
    board.arrow(635, 92, 735, 66, "")
    board.text(680, 62, "yes", anchor="middle", colour=QUIET, size=12)
    board.arrow(635, 118, 735, 148, "")
    board.text(680, 156, "no", anchor="middle", colour=QUIET, size=12)
    board.arrow(130, 134, 130, 150, "")
    board.text(142, 148, "yes", colour=QUIET, size=12)
    board.box(30, 152, 210, 40, "200 STORED", colour=GREEN, filled=True)
    board.box(740, 40, 150, 50, "202 ACCEPTED", colour=ORANGE, filled=True, small="Retry-After: 2")
    board.box(740, 128, 150, 40, "404 UNKNOWN", colour=RED, filled=True)
    return board.picture(
        "A request for an order's status. If the order is in the table: 200, STORED. If not, and the "
        "request brings a promise along, the parameter accepted: 202, ACCEPTED, with Retry-After. If "
        "not, and without a promise: 404, UNKNOWN."
    )
