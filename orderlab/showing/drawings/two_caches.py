"""A node of DAX: which cache answers what, and which one a write updates."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """The two caches between client and table, and the ways of reads and writes."""
    board = Sketch(250)
    board.box(20, 95, 110, 50, colour=QUIET)
    board.text(48, 125, "handler", bold=True)
    board.box(310, 20, 250, 190, colour=QUIET)
    board.text(325, 42, "node of DAX", bold=True)
    board.box(330, 58, 210, 50, colour=GREEN)
    board.text(345, 80, "item cache", bold=True)
    board.text(345, 98, "by key; also: there is none", size=12)
    board.box(330, 140, 210, 50, colour=ORANGE)
    board.text(345, 162, "query cache", bold=True)
    board.text(345, 180, "by all parameters", size=12)
    board.box(760, 95, 110, 50, colour=BLUE)
    board.text(795, 125, "table", bold=True)
    board.arrow(130, 105, 326, 78, colour=GREEN)
    board.text(150, 72, "GetItem", size=12)
    board.arrow(130, 135, 326, 165, colour=ORANGE)
    board.text(150, 175, "Query, Scan", size=12)
    board.arrow(544, 72, 756, 105, colour=BLUE)
    board.text(580, 70, "writes, then kept as item", size=12)
    board.arrow(560, 165, 756, 135, colour=QUIET, dashed=True)
    board.text(590, 175, "misses; strong reads", size=12)
    board.arrow(75, 145, 75, 232, colour=RED)
    board.arrow(75, 232, 815, 232, colour=RED)
    board.arrow(815, 232, 815, 149, colour=RED)
    board.text(330, 226, "a write around: no cache hears of it", size=12)
    return board.picture(
        "A node of DAX between a handler and a table. GetItem is answered by the item cache, Query "
        "and Scan by the query cache. A write goes to the table and is then kept in the item cache, "
        "never in the query cache. Misses and strongly consistent reads go to the table. A write "
        "around the node reaches the table and no cache."
    )
