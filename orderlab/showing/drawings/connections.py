"""Environments, each with a connection of its own, before a database with a limit."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """Four environments hold connections, most of them idle; the fifth is refused."""
    board = Sketch(230)
    board.text(10, 22, "environments", bold=True)
    for number, y in enumerate((36, 72, 108, 144)):
        busy = number == 1
        board.box(
            10,
            y,
            170,
            28,
            "querying" if busy else "frozen",
            colour=BLUE,
            filled=busy,
            dashed=not busy,
        )
        board.arrow(182, y + 14, 458, y + 14, "holds a connection" if number == 0 else "")
    board.box(10, 184, 170, 28, "new", colour=BLUE, filled=True)
    board.arrow(182, 198, 458, 198, dashed=True, colour=RED)
    board.box(460, 36, 190, 136, "database", small="max_connections: 4")
    board.text(470, 203, "refused: Too many connections", colour=RED, bold=True)
    board.text(670, 90, "one of four connections works,", colour=QUIET)
    board.text(670, 110, "all four are taken", colour=QUIET)
    return board.picture(
        "Four environments hold a connection each to a database that takes four. One of them is "
        "querying, three are frozen and keep their connection all the same. A new environment is "
        "refused: too many connections."
    )
