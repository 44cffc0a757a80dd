"""Four clocks on one receive: SQS's wait, the proxy, the client, and the visibility timeout."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture

_LEFT, _SECOND = 210, 30


def draw() -> Picture:
    """The clocks in the order in which they have to run out, and the one that starts later."""
    board = Sketch(180)
    _clock(board, 10, "SQS: the wait", 10, "answers, empty or not", GREEN)
    _clock(board, 45, "proxy: silence", 13, "cuts the connection", ORANGE)
    _clock(board, 80, "client: read timeout", 16, "gives up", RED)
    board.text(10, 130, "visibility timeout", bold=True)
    start = _LEFT + 10 * _SECOND
    board.box(start, 116, 330, 20, colour=BLUE, filled=True)
    board.text(start + 8, 130, "from the answer on, for all its messages", size=12)
    board.arrow(start, 15, start, 114, colour=GREEN, dashed=True)
    board.text(10, 169, "the request leaves", colour=QUIET, size=12)
    board.arrow(_LEFT, 165, 880, 165, colour=QUIET)
    board.text(850, 157, "time", colour=QUIET, size=12)
    return board.picture(
        "Four clocks on one receive. Three start when the request leaves: SQS's wait must run out "
        "first, then the proxy's patience with a silent connection, then the client's read timeout. "
        "The visibility timeout starts with the answer, for all messages in it."
    )


def _clock(board: Sketch, y: int, name: str, seconds: int, end: str, colour: str) -> None:
    board.text(10, y + 14, name, bold=True)
    board.box(_LEFT, y, seconds * _SECOND, 20, colour=colour, filled=True)
    board.text(_LEFT + seconds * _SECOND + 8, y + 14, end, size=12)
