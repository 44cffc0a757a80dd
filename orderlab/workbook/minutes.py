"""How long a section takes, from its own counts: words, cells, and exercises.

A reader takes 200 words a minute, half a minute for a cell that is run and looked at, ten seconds
more for each line of code that is read, and seven minutes for an exercise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

WORDS_A_MINUTE = 200
CELL_MINUTES = 0.4
LINE_MINUTES = 1 / 12
EXERCISE_MINUTES = 6.0
QUESTION_MINUTES = 0.8
_SECTION = re.compile(r"^## (\d+\.\d+) ", re.MULTILINE)


def minutes(cells: list[Any], questions: int = 0) -> tuple[int, dict[str, int]]:
    """Minutes of a whole chapter, rounded to five, and of each numbered section.

    `cells` are the learner's; the appendix is not counted.
    """
    by_section: dict[str, float] = {}
    section, total = "", questions * QUESTION_MINUTES
    for cell in cells:
        if cell.cell_type == "markdown" and "## Appendix" in cell.source:
            break
        for name, spent in _spent(cell, section):
            section = name
            total += spent
            if name:
                by_section[name] = by_section.get(name, 0.0) + spent
    whole = max(5, 5 * round(total / 5))
    return whole, {name: max(1, round(spent)) for name, spent in by_section.items()}


def _spent(cell: Any, section: str) -> Iterator[tuple[str, float]]:
    """The minutes of a cell, split where a new section begins in it."""
    if cell.cell_type == "code":
        lines = [line for line in cell.source.splitlines() if line.strip()]
        spent = CELL_MINUTES + LINE_MINUTES * len(lines)
        if "ex.check(" in cell.source:
            spent += EXERCISE_MINUTES
        yield section, spent
        return
    parts = _SECTION.split(cell.source)
    yield section, len(parts[0].split()) / WORDS_A_MINUTE
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        yield name, len(text.split()) / WORDS_A_MINUTE
