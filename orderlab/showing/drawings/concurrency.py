"""Requests at the same time, and the environments that they need."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, ORANGE, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """Three requests overlap, so three environments; a later one finds an idle one."""
    board = Sketch(200)
    board.text(10, 24, "requests in time", bold=True)
    rows = ((0, 70, "environment 1"), (60, 110, "environment 2"), (110, 150, "environment 3"))
    for start, y, name in rows:
        board.text(10, y + 4, name, colour=QUIET, size=12)
        board.box(130 + start, y - 14, 40, 28, "Init", colour=ORANGE, filled=True)
        board.box(172 + start, y - 14, 200, 28, "request", colour=BLUE, filled=True)
    board.box(480, 56, 200, 28, "request 4: no Init", colour=BLUE, filled=True)
    board.arrow(130, 182, 860, 182)
    board.text(866, 186, "time")
    return board.picture(
        "Requests in time. Three requests overlap, so three environments are started, each with an "
        "Init of its own. A fourth request comes when environment 1 is idle again, and uses it "
        "without Init."
    )
