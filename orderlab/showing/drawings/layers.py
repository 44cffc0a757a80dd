"""Versions of a layer, and the functions that each name one of them."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, Sketch
from orderlab.showing.picture import Picture

_FUNCTIONS = (("till-a", 60), ("till-b", 330), ("returns", 600))


def draw() -> Picture:
    """Three versions in a row, three functions below, and their pins."""
    board = Sketch(230)
    board.text(10, 28, "layer money", bold=True)
    for number, (x, colour) in enumerate(((160, ORANGE), (400, GREEN), (640, BLUE)), start=1):
        small = "nobody's yet" if number == 3 else "never changes"
        board.box(x, 10, 170, 50, f"version {number}", small=small, colour=colour, filled=True)
    for name, x in _FUNCTIONS:
        board.box(x + 60, 160, 170, 44, name, colour=QUIET)
    board.arrow(205, 160, 440, 64, colour=GREEN)
    board.arrow(475, 160, 485, 64, colour=GREEN)
    board.arrow(720, 160, 270, 64, colour=ORANGE)
    board.text(600, 110, "Layers=[...:money:1]", size=12, colour=QUIET)
    board.text(120, 110, "Layers=[...:money:2]", size=12, colour=QUIET)
    return board.picture(
        "A layer with three versions, none of which ever changes. Two functions name version 2, one "
        "names version 1, and nobody names version 3 yet, so that nobody has it."
    )
