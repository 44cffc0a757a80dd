"""An event bus: one event, rules that compare it, and what each target gets of it."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """From left to right: the event, the bus, two rules, two targets, and a dead-letter queue."""
    board = Sketch(230)
    board.box(10, 70, 150, 84, colour=BLUE)
    for row, line in enumerate(("source", "detail-type", "detail: {...}")):
        board.text(24, 94 + 22 * row, line, size=12)
    board.text(10, 60, "an event", bold=True)
    board.arrow(162, 112, 208, 112)
    board.box(210, 30, 60, 164, "bus", colour=ORANGE, filled=True)
    for y, name, small, queue, gets in (
        (30, "rule", "source, type and total match", "fraud-desk", "InputPath: the detail"),
        (140, "rule", "source and type match", "partner", "InputTransformer: three values"),
    ):
        board.arrow(272, y + 27, 308, y + 27)
        board.box(310, y, 210, 54, name, colour=GREEN, small=small)
        board.arrow(522, y + 27, 738, y + 27)
        board.text(532, y + 18, gets, colour=QUIET, size=12)
        board.box(740, y, 150, 54, queue, colour=BLUE)
    board.arrow(815, 86, 815, 106, colour=RED, dashed=True)
    board.text(735, 122, "can't be delivered: bus-failed", colour=RED, size=12, anchor="middle")
    board.text(
        310, 222, "no rule matches: the event is gone, and nobody is told", colour=QUIET, size=12
    )
    return board.picture(
        "An event has a source, a detail-type and a detail. The bus shows it to every rule. A rule "
        "whose pattern matches sends it to its targets, each in the form that the target's settings "
        "say. What can't be delivered goes to the target's dead-letter queue. An event that no rule "
        "wants is gone."
    )
