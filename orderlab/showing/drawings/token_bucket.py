"""How API Gateway holds a client back."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """A bucket that holds five tokens, fills by two a second, and empties by one a request."""
    board = Sketch(220)
    board.text(10, 24, "rateLimit 2", bold=True)
    board.text(10, 44, "two tokens come back each second")
    board.dot(300, 30)
    board.dot(330, 30)
    board.arrow(315, 46, 315, 84, colour=BLUE)
    board.box(240, 90, 150, 90)
    for column in range(5):
        board.dot(262 + column * 26, 150)
    board.text(315, 204, "burstLimit 5: it holds five", anchor="middle", bold=True)
    board.arrow(392, 110, 500, 80, "takes one")
    board.box(502, 60, 150, 38, "request", colour=BLUE, filled=True)
    board.arrow(654, 79, 740, 79)
    board.text(748, 84, "200", bold=True, colour=GREEN)
    board.arrow(392, 150, 500, 166, "it is empty", dashed=True)
    board.box(502, 148, 150, 38, "request", colour=RED, filled=True)
    board.arrow(654, 167, 740, 167)
    board.text(748, 172, "429: try later", bold=True, colour=RED)
    return board.picture(
        "A token bucket. It holds five tokens, the burstLimit, and two come back each second, the "
        "rateLimit. Each request takes one. A request that finds a token is let through; one that "
        "finds the bucket empty is answered with 429 and should come again later."
    )
