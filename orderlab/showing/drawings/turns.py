"""One thread at three queues: what a message of the third waits for."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture

_NAMES = ("returns", "counts", "labels")
_LEFT = 120


def draw() -> Picture:
    """Long waits in turn, short waits in turn, and a thread for each queue."""
    board = Sketch(335)
    board.text(10, 22, "one thread, long waits", bold=True)
    _turn(board, 34, 250)
    board.text(10, 142, "one thread, short waits", bold=True)
    for start in range(0, 750, 99):
        _turn(board, 154, 33, start)
    board.text(10, 262, "a thread for each queue", bold=True)
    for place, name in enumerate(_NAMES):
        y = 270 + 20 * place
        board.text(30, y + 13, name, size=12)
        board.box(_LEFT, y, 750, 14, colour=BLUE, filled=True)
    for y in (95, 215, 317):
        board.dot(_LEFT + 130, y, 6, colour=RED)
    board.text(_LEFT + 144, 99, "a label comes, and waits for its turn", colour=QUIET, size=12)
    return board.picture(
        "Three ways to serve the queues returns, counts and labels. One thread with long waits in "
        "turn: a label that comes during the other waits is served after both. One thread with short "
        "waits: it is served soon. A thread for each queue: it is served at once."
    )


def _turn(board: Sketch, y: int, width: int, start: int = 0) -> None:
    """One turn: a wait at each queue, one after the other."""
    for place, name in enumerate(_NAMES):
        row = y + 26 * place
        if not start:
            board.text(30, row + 14, name, size=12)
        x = _LEFT + start + place * width
        if x + width <= 880:
            board.box(x, row, width, 18, colour=GREEN if place == 2 else ORANGE, filled=True)
