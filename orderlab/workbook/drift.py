"""Whether the notebooks that are committed are the ones that the sources give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from orderlab.workbook.build import as_text
from orderlab.workbook.chapter import notebook_of
from orderlab.workbook.learner import learner_notebook
from orderlab.workbook.solution import is_shown, without_markers
from orderlab.workbook.source import sources

MAX_IGNORED_SHARE = 0.15


def drift(root: Path) -> list[str]:
    """What differs, a sentence each; empty if nothing does."""
    found = []
    for path in sources(root / "solutions"):
        found += _learner_drift(path, root / "notebooks" / f"{path.stem}.ipynb")
        found += _solution_drift(path, path.with_suffix(".ipynb"))
    return found


def _learner_drift(source: Path, notebook: Path) -> list[str]:
    if not notebook.exists():
        return [f"{notebook.name} is missing in notebooks/: run `orderlab build`."]
    if notebook.read_text(encoding="utf-8") != as_text(learner_notebook(notebook_of(source))):
        return [f"notebooks/{notebook.name} is not what its source gives: run `orderlab build`."]
    return []


def _solution_drift(source: Path, notebook: Path) -> list[str]:
    if not notebook.exists():
        return [f"{notebook.name} is missing in solutions/: run `orderlab build`."]
    kept = nbformat.read(notebook, as_version=4)
    wanted = [c for c in notebook_of(source).cells if is_shown(c)]
    texts = [(c.id, without_markers(c.source)) for c in wanted]
    if [(cell.id, cell.source) for cell in kept.cells] != texts:
        return [f"solutions/{notebook.name} was made from another source: run `orderlab build`."]
    return _vacuous(notebook, kept)


def _vacuous(path: Path, notebook: Any) -> list[str]:
    """nbval compares nothing where a cell has no execution count, or its output is ignored."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    found = []
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        found.append(f"solutions/{path.name}: not every code cell was run, once and in order.")
    if any(output.output_type == "error" for cell in code for output in cell.outputs):
        found.append(f"solutions/{path.name} holds an error.")
    ignored = [cell for cell in code if "nbval-ignore-output" in cell.metadata.get("tags", [])]
    if len(ignored) > MAX_IGNORED_SHARE * len(code):
        found.append(f"solutions/{path.name}: {len(ignored)} of {len(code)} outputs are ignored.")
    found += [
        f"solutions/{path.name}: cell {cell.id} ignores its output without a reason."
        for cell in ignored
        if not cell.metadata.get("reason")
    ]
    return found
