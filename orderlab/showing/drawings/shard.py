"""A stream: shards, the records in them, and how far a reader has come."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """Two shards with records in order, the oldest about to be trimmed, and their readers."""
    board = Sketch(240)
    board.box(10, 70, 110, 90, "table", small="items change")
    board.text(170, 24, "its stream: a log for each shard, kept for 24 hours", bold=True)
    for row, items in enumerate(
        (("o-1 placed", "o-4 placed", "o-1 packed"), ("o-2 placed", "o-3 placed", "o-3 gone"))
    ):
        y = 45 + row * 90
        board.text(170, y + 12, f"shard {row + 1}", colour=QUIET, size=12)
        board.arrow(122, 115, 166, y + 40)
        for column, words in enumerate(items):
            x = 170 + column * 120
            board.box(x, y + 20, 110, 40, words, colour=BLUE, filled=column < 2)
        board.arrow(532, y + 40, 640, y + 40, "a batch", colour=GREEN)
        board.box(645, y + 20, 120, 40, "a function", colour=GREEN)
    board.text(170, 222, "oldest (TRIM_HORIZON)", colour=ORANGE, size=12)
    board.text(535, 222, "behind the newest (LATEST)", colour=ORANGE, size=12)
    board.text(790, 75, "in order,", colour=QUIET, size=12)
    board.text(790, 92, "one batch", colour=QUIET, size=12)
    board.text(790, 109, "at a time", colour=QUIET, size=12)
    return board.picture(
        "A table's stream has two shards. Each is a log of records in order, from the oldest, "
        "where an iterator of type TRIM_HORIZON begins, to the newest, where LATEST begins, and "
        "keeps them for 24 hours. All changes of one item are in one shard. Of each "
        "shard a function gets one batch at a time, in order; between the shards there is no order."
    )
