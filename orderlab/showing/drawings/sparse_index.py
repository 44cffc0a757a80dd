"""An index that holds only the items that have its key."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, INK, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """Four orders, two of them open: the index holds two."""
    board = Sketch(230)
    board.text(10, 22, "table orders: everything that ever was", bold=True)
    rows = (("o-1", ""), ("o-2", "open_at_store: s-3"), ("o-3", ""), ("o-4", "open_at_store: s-3"))
    for index, (order, still_open) in enumerate(rows):
        y = 36 + index * 40
        board.box(10, y, 80, 30, order, colour=BLUE, filled=True)
        board.text(104, y + 20, still_open or "done", colour=INK if still_open else QUIET)
        if still_open:
            board.arrow(280, y + 15, 468, 66 if index == 1 else 106)
    board.text(480, 22, "index open-orders: what is still to do", bold=True)
    for index, order in enumerate(("o-2", "o-4")):
        y = 50 + index * 40
        board.box(470, y, 70, 30, "s-3", colour=GREEN, filled=True)
        board.text(556, y + 20, order)
    board.text(470, 170, "REMOVE open_at_store takes an order out", colour=QUIET)
    return board.picture(
        "A sparse index. The table holds four orders. Two of them have the attribute open_at_store, "
        "so the index open-orders holds those two and nothing else. Removing the attribute takes an "
        "order out of the index; it stays in the table."
    )
