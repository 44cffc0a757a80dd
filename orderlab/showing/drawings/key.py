"""How a primary key finds an item."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """A partition key leads to a partition; the sort key orders the items there."""
    board = Sketch(210)
    board.text(10, 22, "primary key = partition key (+ sort key)", bold=True)
    board.box(10, 80, 190, 44, "author: ada", colour=BLUE, filled=True, small="partition key")
    board.arrow(202, 102, 298, 102, "hashed")
    board.box(300, 40, 420, 130, "")
    board.text(310, 60, "all items of ada, in the order of the sort key", colour=QUIET, size=12)
    for index, (name, words) in enumerate((("letter", 150), ("list", 8), ("poem", 44))):
        y = 72 + index * 32
        board.box(312, y, 150, 26, f"name: {name}", colour=GREEN, filled=True)
        board.text(476, y + 18, f"words: {words}", size=12)
    board.text(735, 90, "key together: unique", bold=True)
    board.text(735, 112, "put again: replaced", colour=QUIET)
    return board.picture(
        "A primary key. The partition key, author ada, is hashed and leads to the place where all "
        "items of ada stand, in the order of the sort key name: letter, list, poem. Partition key "
        "and sort key together are unique, so a second item with both is a replacement."
    )
