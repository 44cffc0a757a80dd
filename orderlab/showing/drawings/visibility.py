"""Two clocks: how long a worker takes, and how long the queue hides what it gave away."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """Two cases, one under the other: the queue's clock is too short, and long enough."""
    board = Sketch(330)
    _case(board, 20, 330, RED, "the clock is shorter than the work: a second worker gets it")
    _case(board, 190, 600, GREEN, "the clock is longer than the work: deleted in time")
    return board.picture(
        "Two clocks begin when a worker receives a message: how long the work takes, and the "
        "visibility timeout for which the queue hides the message. If the timeout ends before the "
        "worker has deleted the message, the queue gives it to a second worker, and the first "
        "one's delete comes too late. If the timeout is longer than the work, the message is "
        "deleted while it is hidden, and nobody else sees it."
    )


def _case(board: Sketch, y: float, hidden: float, colour: str, words: str) -> None:
    begin, done = 130, 560
    board.text(10, y + 8, words, bold=True, colour=colour)
    board.text(10, y + 40, "the queue", colour=QUIET)
    board.text(10, y + 76, "worker 1", colour=QUIET)
    board.box(begin, y + 24, hidden, 24, "hidden: visibility timeout", colour=colour, filled=True)
    board.box(begin, y + 60, done - begin, 24, "works", colour=BLUE, filled=True)
    board.dot(begin, y + 54, 5)
    board.text(begin + 8, y + 104, "receive", colour=QUIET, size=12)
    board.text(done, y + 104, "delete", anchor="middle", colour=QUIET, size=12)
    board.arrow(done, y + 92, done, y + 86, colour=QUIET)
    if begin + hidden < done:
        board.text(10, y + 132, "worker 2", colour=QUIET)
        board.box(begin + hidden, y + 116, 300, 24, "works on it too", colour=RED, filled=True)
        board.arrow(begin + hidden, y + 50, begin + hidden, y + 112, colour=RED)
