"""A failing batch that is halved until the bad record is alone."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import GREEN, QUIET, RED, Sketch
from orderlab.showing.picture import Picture

BAD = 2
_SIZE = 46


def draw() -> Picture:
    """Four records; the second fails."""
    board = Sketch(250)
    _row(board, 30, [(10, (1, 2, 3, 4))], "the batch fails, because of record 2")
    _row(board, 110, [(10, (1, 2)), (160, (3, 4))], "halved: 3 and 4 are done, 1 and 2 fail")
    _row(board, 190, [(10, (1,)), (85, (2,))], "halved again: 1 is done, 2 fails alone")
    board.arrow(690, 213, 745, 213, colour=RED)
    board.box(750, 190, 140, _SIZE, "returns-failed", colour=RED, small="after its tries")
    return board.picture(
        "A batch of four records fails because of record 2. It is halved: records 3 and 4 are "
        "done, records 1 and 2 fail. It is halved again: record 1 is done, record 2 fails alone, "
        "is tried as often as allowed, and is then told of to the queue returns-failed."
    )


def _row(board: Sketch, y: float, groups: list[tuple[float, tuple[int, ...]]], words: str) -> None:
    for x, records in groups:
        failing = BAD in records
        for index, record in enumerate(records):
            colour = RED if record == BAD else (GREEN if not failing else QUIET)
            board.box(
                x + index * _SIZE,
                y,
                _SIZE - 6,
                _SIZE - 6,
                str(record),
                colour=colour,
                filled=record == BAD or not failing,
            )
    board.text(330, y + 27, words, colour=QUIET)
