"""What a mapping deletes from a queue, by what the function answered."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """A queue, the mapping with a batch of three, the function, and the way back."""
    board = Sketch(210)
    board.box(10, 50, 150, 90, "queue", colour=BLUE)
    board.box(300, 20, 250, 160, "", colour=BLUE)
    board.text(315, 42, "event source mapping", bold=True, colour=BLUE)
    for number, colour in enumerate((GREEN, RED, GREEN)):
        board.box(322 + 72 * number, 62, 60, 40, f"m{number + 1}", colour=colour, filled=True)
    board.text(315, 130, "deletes by itself what the answer", size=12)
    board.text(315, 148, "doesn't name; a failed batch: nothing", size=12)
    board.box(720, 50, 170, 90, "function", colour=BLUE, small="tries each of them")
    board.arrow(165, 80, 295, 80, "a batch")
    board.arrow(555, 80, 715, 80, "the batch, as event")
    board.arrow(715, 120, 555, 120, "m2 failed")
    board.arrow(295, 120, 165, 120, "deletes m1, m3")
    board.text(10, 198, "m2 is visible again when its visibility timeout is over.", colour=QUIET)
    return board.picture(
        "The event source mapping takes a batch of three messages from the queue and hands it to the "
        "function. The function tries each and answers that m2 failed. The mapping deletes m1 and m3 "
        "from the queue. m2 is visible again when its visibility timeout is over. Of a batch that "
        "failed nothing is deleted."
    )
