"""An order that calls three services, and an event that three services hear."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, Sketch
from orderlab.showing.picture import Picture

SERVICES = ("inventory", "invoicing", "shipping")


def draw() -> Picture:
    """Calls on the left, an event with its three roles on the right."""
    board = Sketch(250)
    board.text(10, 22, "today: accept-order calls", bold=True)
    board.box(10, 100, 110, 44, "accept-order", colour=ORANGE)
    for index, name in enumerate(SERVICES):
        y = 50 + index * 66
        board.box(230, y, 100, 40, name)
        board.arrow(122, 122, 226, y + 20, colour=ORANGE)
    board.text(10, 236, "knows all three, waits for all three", colour=QUIET, size=12)
    board.text(390, 22, "then: the table says what happened", bold=True)
    board.box(390, 100, 90, 44, "orders", colour=BLUE, small="producer")
    board.box(580, 100, 110, 44, "topic", colour=BLUE, filled=True, small="router")
    board.arrow(482, 122, 576, 122, "placed")
    for index, name in enumerate(SERVICES):
        y = 50 + index * 66
        board.box(780, y, 100, 40, name, colour=GREEN, small="consumer" if index == 1 else "")
        board.arrow(692, 122, 776, y + 20)
    board.text(390, 236, "nobody knows the others; a fourth can listen", colour=QUIET, size=12)
    return board.picture(
        "Left, today: accept-order calls inventory, invoicing and shipping; it knows all three and "
        "waits for all three. Right: the table of orders is the producer and says that an order "
        "was placed. A topic is the router and copies that to three consumers, inventory, "
        "invoicing and shipping. Nobody knows the others, and a fourth can listen."
    )
