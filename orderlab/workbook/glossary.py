"""The course's terms: where each is first explained, and links to it from the text.

A term is what a chapter sets in bold at its first use. `MEANINGS` has one sentence for each; the
glossary notebook lists them, and a bold term in a later notebook becomes a link to it.
"""

from __future__ import annotations

import re
from typing import Any

from orderlab.workbook.terms import MEANINGS

_BOLD = re.compile(r"\*\*([A-Za-z][A-Za-z0-9 ()/-]*?)\*\*")


def glossary_text() -> str:
    """The glossary as markdown: a heading for each term, in the order of the alphabet."""
    parts = ["# Glossary\n\nThe words of this course, each in a sentence. [Index](00_index.ipynb)"]
    for term in sorted(MEANINGS, key=str.casefold):
        parts.append(f"### {term}\n\n{MEANINGS[term]}")
    return "\n\n".join(parts)


def with_links(notebook: Any) -> Any:
    """Link each bold term to its place in the glossary, the first time that a notebook has it."""
    linked: set[str] = set()

    def link(match: re.Match[str]) -> str:
        term = _known(match[1])
        if term is None or term in linked:
            return match[0]
        linked.add(term)
        return f"[**{match[1]}**](99_glossary.ipynb#{term.replace(' ', '-')})"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _outside_links(cell.source, link)
    return notebook


def _outside_links(text: str, link: Any) -> str:
    """Headings, tables' heads and what is a link already are left as they are."""
    lines = []
    for line in text.splitlines():
        untouched = line.startswith("#") or "](" in line
        lines.append(line if untouched else _BOLD.sub(link, line))
    return "\n".join(lines)


def _known(word: str) -> str | None:
    """The glossary's term for a bold word: as it stands, or in the singular."""
    by_fold = {term.casefold(): term for term in MEANINGS}
    folded = word.casefold().strip()
    return by_fold.get(folded) or by_fold.get(folded.removesuffix("s"))
