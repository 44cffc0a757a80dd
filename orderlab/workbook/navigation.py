"""What is put around a chapter when its notebook is made: ways in and out, and its minutes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat

from orderlab.exercises import registry
from orderlab.workbook.minutes import minutes
from orderlab.workbook.source import CLAIM, read, sources

INDEX = "00_index"
GLOSSARY = "99_glossary"
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def with_navigation(notebook: Any, path: Path) -> Any:
    """The notebook with links to its neighbours at both ends, and its minutes at the top."""
    if path.stem in (INDEX, GLOSSARY):
        return notebook
    top = _cell(f"{path.stem[:2]}-way-top", f"{_links(path)}\n\n{_time(path)}")
    end = _cell(f"{path.stem[:2]}-way-end", _links(path))
    notebook.cells = [top, *notebook.cells, end]
    return notebook


def _cell(identifier: str, text: str) -> Any:
    cell = nbformat.v4.new_markdown_cell(text)
    cell.id = identifier
    return cell


def _links(path: Path) -> str:
    chapters = [each for each in sources(path.parent) if each.stem not in (INDEX, GLOSSARY)]
    place = chapters.index(path)
    parts = [f"[Index]({INDEX}.ipynb)", f"[Glossary]({GLOSSARY}.ipynb)"]
    if place > 0:
        parts.insert(0, f"← [{_title(chapters[place - 1])}]({chapters[place - 1].stem}.ipynb)")
    if place + 1 < len(chapters):
        parts.append(f"[{_title(chapters[place + 1])}]({chapters[place + 1].stem}.ipynb) →")
    return " · ".join(parts)


def _title(path: Path) -> str:
    first = next(cell for cell in read(path).cells if cell.cell_type == "markdown")
    found = _TITLE.search(first.source)
    return found[1] if found else path.stem


def _time(path: Path) -> str:
    whole, sections = chapter_minutes(path)
    listed = " · ".join(f"{name} {count}" for name, count in sections.items())
    return f"*About {whole} minutes, by section: {listed}.*"


def chapter_minutes(path: Path) -> tuple[int, dict[str, int]]:
    """Minutes of a chapter and of its sections, from its own counts."""
    hidden = {"solution", CLAIM}
    cells = [c for c in read(path).cells if not hidden & set(c.metadata.get("tags", []))]
    return minutes(cells, len(registry.questions(int(path.stem[:2]))))
