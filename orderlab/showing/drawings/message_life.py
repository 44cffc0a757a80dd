"""A message's life in a queue: visible, in flight, deleted or back, and the dead letters."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """From sending to deletion, with the way back and the way out."""
    board = Sketch(230)
    board.text(10, 62, "send_message", bold=True)
    board.arrow(120, 58, 178, 58)
    board.box(180, 30, 170, 56, "visible", colour=BLUE, filled=True, small="waits in the queue")
    board.arrow(355, 46, 515, 46, "receive_message")
    board.box(520, 30, 170, 56, "in flight", colour=ORANGE, filled=True, small="hidden from others")
    board.arrow(695, 58, 775, 58, "", colour=GREEN)
    board.text(735, 46, "delete", anchor="middle", colour=QUIET, size=12)
    board.box(780, 30, 110, 56, "gone", colour=GREEN)
    board.arrow(515, 74, 355, 74, "", colour=ORANGE)
    board.text(435, 98, "visibility timeout over", anchor="middle", colour=QUIET, size=12)
    board.arrow(265, 90, 265, 150, "", colour=RED)
    board.text(275, 122, "received more often than maxReceiveCount", colour=QUIET, size=12)
    board.box(160, 152, 210, 56, "dead-letter queue", colour=RED, filled=True, small="for a person")
    board.text(520, 186, "In either queue: older than its retention, and it is gone.", size=12)
    return board.picture(
        "A message that is sent is visible and waits. Receiving it makes it in flight: hidden from "
        "others. Deleting it ends its life. If the visibility timeout is over before that, it is "
        "visible again. Received more often than maxReceiveCount, it moves to the dead-letter queue, "
        "for a person. In either queue a message older than the retention is gone."
    )
