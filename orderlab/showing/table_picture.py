"""A table as a drawing, for an export: a picture that can be put into a report."""

from __future__ import annotations

from collections.abc import Sequence

from orderlab.showing.drawings.sketch import LINE, Sketch
from orderlab.showing.picture import Picture

_ROW, _SIZE, _LETTER, _BETWEEN, _MARGIN = 24, 13, 7.4, 22, 12
_MOST_LETTERS = 90


def table_picture(cells: Sequence[Sequence[str]], caption: str = "") -> Picture:
    """Draw a head and its rows; long texts are cut."""
    shown = [[_cut(text) for text in row] for row in cells if row] or [["(no rows)"]]
    widths = [max(len(row[place]) for row in shown) * _LETTER for place in range(len(shown[0]))]
    lefts = [
        _MARGIN + sum(widths[:place]) + place * _BETWEEN for place in range(len(widths))
    ]  # fmt: skip
    width = lefts[-1] + widths[-1] + _MARGIN
    width = max(width, _MARGIN * 2 + len(caption) * _LETTER)
    top = _MARGIN + (_ROW if caption else 0)
    sketch = Sketch(round(top + _ROW * len(shown) + _MARGIN), round(width))
    if caption:
        sketch.text(_MARGIN, _MARGIN + 12, caption, bold=True, size=_SIZE)
    for row, texts in enumerate(shown):
        base = top + row * _ROW + 16
        for left, text in zip(lefts, texts, strict=True):
            sketch.text(round(left, 1), base, text, bold=row == 0, size=_SIZE)
        sketch.line(_MARGIN, base + 7, width - _MARGIN, base + 7, colour=LINE)
    words = "; ".join(", ".join(row) for row in shown)
    return sketch.picture(f"{caption or 'A table'}. {words}.")


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _MOST_LETTERS else f"{flat[: _MOST_LETTERS - 1]}…"
