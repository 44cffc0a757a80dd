"""What can be checked in the text of notebooks: alt text, links, cell lengths, empty claims."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat

from orderlab.workbook.source import MAX_CELL_LINES, read, sources

_PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<where>[^)]+)\)")
_HTML_PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<where>[^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_DOLLAR = re.compile(r"(?<!\\)\$")
_SHOUTS = ("congratulations", "well done", "great job", "awesome", "amazing")


def text_faults(root: Path) -> list[str]:
    """A sentence for everything that is wrong in the text of any chapter."""
    found: list[str] = []
    for path in sources(root / "solutions"):
        for cell in read(path).cells:
            say = f"{path.name}, {cell.id}:"
            found += [f"{say} {fault}" for fault in _cell_faults(cell, path.parent)]
        found += _output_faults(path.with_suffix(".ipynb"))
    return found


def _cell_faults(cell: Any, folder: Path) -> list[str]:
    if cell.cell_type == "code":
        lines = [line for line in cell.source.splitlines() if line.strip()]
        # two marker lines are not the learner's
        too_long = len(lines) > MAX_CELL_LINES + 2
        return [f"{len(lines)} lines of code; the limit is {MAX_CELL_LINES}."] if too_long else []
    found = []
    for match in _PICTURE.finditer(cell.source):
        if not match["alt"].strip():
            found.append(f"the picture {match['where']} has no alt text.")
    found += [
        "an <img> has no alt text."
        for tag in _HTML_PICTURE.findall(cell.source)
        if "alt=" not in tag
    ]
    found += [
        fault for m in _LINK.finditer(cell.source) if (fault := _link_fault(m["where"], folder))
    ]
    prose = _CODE.sub("", cell.source)
    if any(len(_DOLLAR.findall(part)) > 1 for part in prose.split("\n\n")):
        found.append("two dollar signs in a paragraph are a formula to JupyterLab; write one.")
    found += [
        f"{word!r}: say what happened instead." for word in _SHOUTS if word in cell.source.lower()
    ]
    return found


def _link_fault(where: str, folder: Path) -> str:
    """Links go to AWS's pages and other documentation by https, or to a file that exists."""
    if re.match(r"^https://[a-z0-9.-]+\.[a-z]{2,}(/\S*)?$", where):
        return ""
    if where.startswith("#"):
        return ""
    if "://" in where or where.startswith("mailto:"):
        return f"the link {where} is not https."
    target = (folder / where.partition("#")[0]).resolve()
    return "" if target.exists() else f"the link {where} leads nowhere."


def _output_faults(path: Path) -> list[str]:
    """Pictures in outputs have alt text as well."""
    if not path.exists():
        return []
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if any(kind in data for kind in ("image/png", "image/jpeg", "image/svg+xml")):
                found.append(f"{path.name}, {cell.id}: a picture in its output has no alt text.")
            markup = data.get("text/html", "")
            for tag in _HTML_PICTURE.findall(markup):
                if "alt=" not in tag:
                    found.append(f"{path.name}, {cell.id}: an <img> in its output has no alt text.")
            if re.search(r"<svg\b", markup) and "aria-label" not in markup:
                found.append(f"{path.name}, {cell.id}: an SVG in its output has no label.")
    return found
