"""What a chapter's source may hold: three languages, short cells, air between pictures.

CURRICULUM's rules for a section, as far as they can be read from the source without running it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orderlab.workbook.source import BEGIN, CLAIM, END, MAX_CELL_LINES, read

MAX_LINE = 100
MAX_WORDS = 200
MAX_WORDS_WITHOUT_PICTURE = 700
LEAST_SHARE = 0.20
_OURS = {"orderlab", "boto3", "botocore"}
# Words of `lab` that lead behind the learner's vocabulary.
_INNER = re.compile(r"\blab\.(target|journal|progress|plain_client|_\w+)\b")
_PICTURES = re.compile(r"\.(picture|plot|bars|diagram|waterfall|route|watch|storm|scoreboard)\(")
_PREDICTED = re.compile(r'lab\.predict\(\s*"([^"]+)"')
_COMPARED = re.compile(r'lab\.compare\(\s*"([^"]+)"')


def rule_faults(path: Path) -> list[str]:
    """A sentence for each rule that a chapter's source breaks."""
    cells = [cell for cell in read(path).cells if CLAIM not in cell.metadata.get("tags", [])]
    found: list[str] = []
    for cell in cells:
        say = f"{path.name}, {cell.id}:"
        faults = (
            _code_faults(cell.source) if cell.cell_type == "code" else _text_faults(cell.source)
        )
        found += [f"{say} {fault}" for fault in faults]
    found += [f"{path.name}: {fault}" for fault in _chapter_faults(path, cells)]
    return found


def learners_share(path: Path) -> float:
    """The part of a chapter's lines of code that the learner writes."""
    mine = given = 0
    for cell in read(path).cells:
        if cell.cell_type == "code" and CLAIM not in cell.metadata.get("tags", []):
            for inside, _ in _lines(cell.source):
                mine += inside
                given += not inside
    return mine / max(mine + given, 1)


def _lines(source: str) -> Iterator[tuple[bool, str]]:
    """Every line that counts, and whether it is the learner's to write."""
    inside = False
    for line in source.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif line.strip() and not line.strip().startswith("#"):
            yield inside, line


def _code_faults(source: str) -> list[str]:
    lines = [line for _, line in _lines(source)]
    found = []
    if len(lines) > MAX_CELL_LINES:
        found.append(f"{len(lines)} lines of code; the limit is {MAX_CELL_LINES}.")
    found += [
        f"a line of {len(line)} characters; the limit is {MAX_LINE}."
        for line in lines
        if len(line) > MAX_LINE
    ]
    found += [f"imports {name}; a lesson imports orderlab alone." for name in _imports(source)]
    found += [f"uses lab.{match[1]}, which is no word of lab." for match in _INNER.finditer(source)]
    return found


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            first = name.split(".")[0]
            if name.startswith("orderlab.") or first not in {*_OURS, *sys.stdlib_module_names}:
                yield name


def _text_faults(source: str) -> list[str]:
    words = len(source.split())
    return [f"{words} words; the limit is {MAX_WORDS}."] if words > MAX_WORDS else []


def _chapter_faults(path: Path, cells: list[Any]) -> Iterator[str]:
    yield from _without_picture(cells)
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    for identifier in sorted(set(_PREDICTED.findall(code)) - set(_COMPARED.findall(code))):
        yield f"the prediction {identifier} is never compared with what happened."
    share = learners_share(path)
    if code and not path.stem.startswith("00") and share < LEAST_SHARE:
        yield f"the learner writes {share:.0%} of the code, not {LEAST_SHARE:.0%} or more."


def _without_picture(cells: list[Any]) -> Iterator[str]:
    """Too many words between two pictures, plots or live views; the appendix is left out."""
    words, begins = 0, ""
    for cell in cells:
        if cell.cell_type == "markdown":
            if cell.source.lstrip().startswith("## Appendix"):
                return
            begins = begins or cell.id
            words += len(cell.source.split())
        elif _PICTURES.search(cell.source):
            words, begins = 0, ""
        if words > MAX_WORDS_WITHOUT_PICTURE:
            yield f"{words} words without a picture, from {begins} to {cell.id}."
            words, begins = 0, ""
