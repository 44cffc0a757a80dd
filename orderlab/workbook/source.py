"""A chapter's source: `solutions/NN_topic.py`, read by jupytext, checked, given stable cell ids.

Tags of a cell: `solution` (the learner notebook does not have it), `learner` (only the learner
notebook has it), `claim` (no notebook has it: an assertion about what the text beside it says,
which the author's gate runs), `nbval-ignore-output` with `reason=...` in the cell's metadata.
Inside a code cell, lines between `### BEGIN SOLUTION` and `### END SOLUTION` become
`# your code here`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from orderlab.errors import OrderlabError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
CLAIM = "claim"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
MAX_CELL_LINES = 15


class SourceError(OrderlabError):
    """A source that cannot become a notebook; the message names the file and the cell."""


def sources(folder: Path) -> list[Path]:
    """The chapters' sources, in their order."""
    return sorted(folder.glob("[0-9][0-9]_*.py"))


def read(path: Path) -> Any:
    """The source as a notebook without outputs, with ids that depend on nothing but the source."""
    notebook = jupytext.read(path, fmt="py:percent")
    fresh = nbformat.v4.new_notebook(metadata={"kernelspec": dict(KERNEL)})
    fresh.metadata["language_info"] = {"name": "python"}
    names: dict[str, int] = {}
    section = "start"
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown":
            section = _slug(cell.source) or section
        names[section] = names.get(section, 0) + 1
        cell.id = f"{path.stem[:2]}-{section}-{names[section]}"
        _check_markers(path, number, cell)
        fresh.cells.append(_plain(cell))
    return fresh


def _plain(cell: Any) -> Any:
    make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    metadata = {key: value for key, value in cell.metadata.items() if key in ("tags", "reason")}
    plain = make(cell.source, metadata=metadata)
    plain.id = cell.id
    return plain


def _slug(markdown: str) -> str:
    match = re.search(r"^#{1,4} +(.+)$", markdown, re.MULTILINE)
    if not match:
        return ""
    words = re.findall(r"[a-z0-9]+", match.group(1).lower())
    return "-".join(words)[:40].strip("-")


def _check_markers(path: Path, number: int, cell: Any) -> None:
    """Refuse nested or unclosed regions: a solution would be shown, or a task lost."""
    inside = False
    for line in cell.source.splitlines():
        if line.strip() in (BEGIN, END):
            if (line.strip() == BEGIN) == inside:
                raise SourceError(f"{path.name}, cell {number}: solution markers do not pair up.")
            inside = not inside
    if inside:
        raise SourceError(f"{path.name}, cell {number}: a solution is never closed.")
