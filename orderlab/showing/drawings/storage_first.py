"""A request that is worked off while the customer waits, and one that is kept first."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """Two rows: synchronous, and storage first; a bracket shows how long the customer waits."""
    board = Sketch(290)
    board.text(10, 22, "synchronous", bold=True, colour=ORANGE)
    _row(board, 40, ["API", "function", "table"], ["waits", "the order"])
    board.text(10, 122, "The customer waits for all of it, and is sent away if any of it fails.")
    board.box(10, 96, 550, 4, "", colour=ORANGE, filled=True)
    board.text(10, 168, "storage first", bold=True, colour=GREEN)
    _row(
        board,
        186,
        ["API", "queue", "function", "table"],
        ["as it came", "when it can", "the order"],
    )
    board.box(10, 246, 330, 4, "", colour=GREEN, filled=True)
    board.text(10, 270, "The customer waits for this.", colour=GREEN)
    board.text(400, 270, "The rest is done later, and again if it fails.", colour=QUIET)
    return board.picture(
        "Synchronous: the API calls a function and waits while it checks, prices and stores the order in "
        "the table; the customer waits for all of it. Storage first: the API puts the order into a queue "
        "as it came, and the customer has an answer; a function fetches it when it can and stores it "
        "in the table."
    )


def _row(board: Sketch, y: float, names: list[str], words: list[str]) -> None:
    for number, name in enumerate(names):
        colour = GREEN if name == "queue" else BLUE
        board.box(10 + 220 * number, y, 110, 46, name, colour=colour, filled=name == "queue")
    for number, label in enumerate(words):
        board.arrow(125 + 220 * number, y + 23, 225 + 220 * number, y + 23, "")
        board.text(175 + 220 * number, y + 14, label, anchor="middle", colour=QUIET, size=12)
