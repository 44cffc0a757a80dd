"""The life of an execution environment."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """Init once, then invoke and freeze by turns, until it is shut down."""
    board = Sketch(210)
    board.text(10, 24, "one execution environment", bold=True)
    board.box(10, 60, 150, 60, "Init", colour=ORANGE, filled=True, small="imports your file")
    board.arrow(162, 90, 208, 90)
    board.box(210, 60, 150, 60, "Invoke", colour=BLUE, filled=True, small="runs the handler")
    board.arrow(362, 90, 408, 90)
    board.box(410, 60, 150, 60, "frozen", dashed=True, small="memory is kept")
    board.arrow(562, 90, 608, 90)
    board.box(610, 60, 150, 60, "Invoke", colour=BLUE, filled=True, small="no Init: warm")
    board.arrow(762, 90, 808, 90, dashed=True)
    board.box(810, 60, 80, 60, "gone", dashed=True)
    board.arrow(10, 150, 360, 150, colour=ORANGE)
    board.text(185, 172, "cold start: the first request waits for both", anchor="middle")
    board.arrow(610, 150, 760, 150, colour=BLUE)
    board.text(685, 172, "warm start", anchor="middle")
    board.text(485, 145, "nothing runs,", anchor="middle", colour=QUIET, size=12)
    board.text(485, 161, "nothing is billed", anchor="middle", colour=GREEN, size=12)
    return board.picture(
        "The life of an execution environment: Init imports your file once, then Invoke runs the "
        "handler. Between requests the environment is frozen: its memory is kept, nothing runs and "
        "nothing is billed. The next request runs the handler again without Init. After some idle "
        "time the environment is gone."
    )
