"""A pipe: source, filter, enrichment, template, target; and the glue function beside it."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """The four stations of a pipe above, the function that it replaces below."""
    board = Sketch(220)
    board.box(10, 30, 130, 54, "stream", colour=BLUE, small="or queue, Kinesis ...")
    board.box(180, 18, 500, 78, colour=ORANGE, dashed=True)
    board.text(190, 12, "pipe: settings", bold=True, size=12)
    for x, name, small in (
        (195, "filter", "which records"),
        (355, "enrichment", "optional"),
        (535, "template", "in which form"),
    ):
        board.box(x, 30, 130, 54, name, colour=GREEN, small=small)
    board.box(720, 30, 160, 54, "target", colour=BLUE, small="bus, topic, queue ...")
    for start, end in ((142, 193), (327, 353), (487, 533), (667, 718)):
        board.arrow(start, 57, end, 57)
    board.box(10, 140, 130, 54, "stream", colour=BLUE)
    board.box(355, 140, 130, 54, "function", colour=RED, small="code that you keep")
    board.box(720, 140, 160, 54, "target", colour=BLUE)
    board.arrow(142, 167, 353, 167)
    board.arrow(487, 167, 718, 167)
    board.text(248, 159, "batches", anchor="middle", colour=QUIET, size=12)
    board.text(602, 159, "whatever the code does", anchor="middle", colour=QUIET, size=12)
    return board.picture(
        "A pipe reads a source, keeps the records that its filter wants, may call a function to "
        "enrich them, puts them into the form of a template and sends them to a target. All of it is "
        "settings. Below, the function that it replaces: code, which can do more and must be kept."
    )
