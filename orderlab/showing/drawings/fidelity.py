"""What a fidelity score averages: tests of many calls, of which a system uses a few."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, QUIET, RED, Sketch
from orderlab.showing.picture import Picture

_CALLS = 18
_USED = {4, 9, 15}
_FAILED = {9, 15}


def draw() -> Picture:
    """A row of calls: most pass; two of the three that the system uses don't."""
    board = Sketch(150)
    board.text(10, 20, "tests by call: 16 of 18 pass, a score of 89 %", bold=True)
    for number in range(_CALLS):
        colour = RED if number in _FAILED else GREEN
        board.box(10 + 48 * number, 36, 36, 36, colour=colour, filled=True)
        board.text(
            28 + 48 * number, 59, "no" if number in _FAILED else "yes", anchor="middle", size=12
        )
        if number in _USED:
            board.arrow(28 + 48 * number, 112, 28 + 48 * number, 76, colour=BLUE)
    board.text(10, 134, "the calls of your system: 1 of 3 pass", bold=True, colour=BLUE)
    board.text(420, 134, "and behaviour in time is in no test of a call", colour=QUIET, size=12)
    return board.picture(
        "Eighteen calls, of which sixteen pass their tests: a score of 89 percent. A system uses three "
        "of them, and two of these are the ones that fail. The score says nothing of that."
    )
