"""Partitions, and a key that is asked too much."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """Three partitions: two idle, one with a hot key."""
    board = Sketch(210)
    board.text(10, 22, "one table, three partitions", bold=True)
    for index, (keys, colour, load) in enumerate(
        (("s-12, s-90 ...", BLUE, 40), ("s-367", RED, 150), ("s-5, s-41 ...", BLUE, 60))
    ):
        x = 10 + index * 250
        board.box(x, 40, 210, 110, "")
        board.text(x + 105, 62, keys, anchor="middle", bold=True)
        board.box(x + 20, 90, 170, 24, "")
        board.box(x + 20, 90, min(load, 170), 24, "", colour=colour, filled=True)
        board.text(
            x + 105, 140, "1,000 write units a second", anchor="middle", colour=QUIET, size=12
        )
    board.text(365, 178, "all orders of one store: refused", anchor="middle", colour=RED, bold=True)
    board.text(365, 198, "while the others have room", anchor="middle", colour=QUIET, size=12)
    return board.picture(
        "One table on three partitions. Each takes at most 1,000 write units a second. Two have "
        "room. The third holds the key s-367, which gets all orders of one store, so its writes "
        "are refused while the others have room."
    )
