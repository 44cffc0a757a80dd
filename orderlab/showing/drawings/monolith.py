"""The customer's order service of today, and where a customer waits."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, ORANGE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """A line, eight workers, three calls inside the request, and a database at the end."""
    board = Sketch(230)
    board.box(10, 70, 100, 46, "customer")
    board.arrow(112, 93, 168, 93)
    board.box(170, 70, 110, 46, "line", dashed=True, small="16 places")
    board.arrow(282, 93, 328, 93)
    board.box(330, 40, 150, 106, "8 workers", colour=BLUE, filled=True, small="one order each")
    for y, name in ((20, "1 inventory"), (75, "2 invoicing"), (130, "3 shipping")):
        board.arrow(482, 93, 588, y + 20)
        board.box(590, y, 130, 40, name, colour=ORANGE, filled=True)
    board.arrow(482, 130, 588, 200)
    board.box(590, 182, 130, 40, "4 database")
    board.text(740, 45, "each call 30 ms,", colour=QUIET)
    board.text(740, 63, "one after the other", colour=QUIET)
    board.text(740, 207, "the order is stored last", colour=QUIET)
    board.arrow(225, 118, 225, 168, colour=RED)
    board.text(225, 188, "full: 503, try later", anchor="middle", colour=RED, bold=True)
    return board.picture(
        "The monolith. Customers wait in a line of 16 places; when it is full they get 503. Eight "
        "workers take one order each. Inside the request a worker calls inventory, invoicing and "
        "shipping, one after the other, 30 ms each. The order is stored last, and then the "
        "customer gets an answer."
    )
