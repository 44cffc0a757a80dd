"""Four questions that lead from a piece of work to what should do it."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, QUIET, Sketch
from orderlab.showing.picture import Picture

_QUESTIONS = (
    ("No logic before it is stored?", "API straight to DynamoDB"),
    ("Must steps of one thing keep their order?", "FIFO queue, a group for each thing"),
    ("Steps with a way back, or a wait of weeks?", "Step Functions, durable functions"),
    ("Always busy, own protocol, or a program as it is?", "containers"),
)


def draw() -> Picture:
    """The questions from top to bottom, each with what a yes leads to."""
    board = Sketch(40 + 52 * len(_QUESTIONS))
    for row, (question, answer) in enumerate(_QUESTIONS):
        y = 10 + 52 * row
        board.box(10, y, 400, 34, question, colour=BLUE)
        board.arrow(412, y + 17, 508, y + 17)
        board.text(458, y + 11, "yes", anchor="middle", colour=QUIET, size=12)
        board.box(510, y, 380, 34, answer, colour=GREEN, filled=True)
        board.arrow(210, y + 35, 210, y + 51)
        board.text(220, y + 47, "no", colour=QUIET, size=12)
    board.text(60, 30 + 52 * len(_QUESTIONS), "a standard queue and a function", bold=True)
    return board.picture(
        "Four questions. No logic before storing: the API writes to DynamoDB directly. Order of steps "
        "of one thing: a FIFO queue with a group for each. Steps with a way back, or a long "
        "wait: Step Functions or a durable function. Always busy, an own protocol or a program as it "
        "is: containers. Else a standard queue and a function."
    )
