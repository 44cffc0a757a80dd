"""A learner's notebook on trial: unsolved, twice in one session, with what its text claims.

`unsolved` runs the notebook as a learner who solves nothing would, `times` over in the same kernel.
After each cell come the assertions that the author put beside the text (cells tagged `claim`).
`shown_solutions` runs it once more and tries, at every check, the solution that the learner is
shown, in the names that the unsolved notebook has at that place.
"""

from __future__ import annotations

import copy
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbformat import v4

from orderlab.exercises import registry
from orderlab.workbook.learner import PLACEHOLDER, without_solution
from orderlab.workbook.source import CLAIM, read

CELL_SECONDS = 180
_OPENS = re.compile(r'lab\.exercise\("([^"]+)"\)')


def unsolved(path: Path, *, times: int = 1) -> list[str]:
    """What goes wrong in a chapter that nobody solves: errors, claims that fail, unearned ticks."""
    cells = [copy.deepcopy(cell) for _ in range(times) for cell in _cells(path)]
    return _faults(path, _run(path, cells))


def shown_solutions(path: Path) -> list[str]:
    """The shown solutions of a chapter that do not pass where a learner would paste them."""
    cells, opened = [], ""
    for cell in _cells(path):
        cells.append(cell)
        if cell.cell_type == "code":
            opened = next(iter(_OPENS.findall(cell.source)), opened)
            if opened and "ex.check(" in cell.source:
                cells.append(_paste(opened, cell.source))
                opened = ""
    return _faults(path, _run(path, cells), pasted=True)


def _cells(path: Path) -> list[Any]:
    """The learner's cells, and the claims."""
    found = []
    for cell in read(path).cells:
        if "solution" in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "code":
            cell.source = without_solution(cell.source)
        found.append(cell)
    return found


def _paste(identifier: str, task: str) -> Any:
    """The exercise's cell with the shown solution in the place of the learner's code.

    It runs in a copy of the notebook's names: what the solution defines helps no later cell.
    """
    solution = registry.exercise(identifier).solution.rstrip()
    there = PLACEHOLDER in task
    code = task.replace(PLACEHOLDER, solution, 1) if there else f"{solution}\n{task}"
    code = code.replace("ex.check(", "_outcome = ex.check(", 1)
    lines = [
        "_names = dict(globals())",
        f"exec({code!r}, _names)",
        "assert _names['_outcome'].kind == 'right', str(_names['_outcome'])",
    ]
    return v4.new_code_cell("\n".join(lines), metadata={"tags": ["pasted"], "of": identifier})


def _run(path: Path, cells: list[Any]) -> list[Any]:
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    notebook = v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    with tempfile.TemporaryDirectory(prefix="orderlab-trial-") as home:
        client.execute(env={**os.environ, "ORDERLAB_HOME": home})
    return cells


def _faults(path: Path, cells: list[Any], *, pasted: bool = False) -> list[str]:
    found = []
    for cell in cells:
        if cell.cell_type != "code":
            continue
        said = f"{path.name}: {_what(cell)}"
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{said}: {output.ename}: {output.evalue[:300]}")
            text = str(output.get("data", {}).get("text/plain", output.get("text", "")))
            if "the lab failed" in text:
                found.append(f"{said}: {text[:300]}")
            if not pasted and re.match(r"^\d\.\d+ right:", text):
                found.append(f"{said}: an exercise came solved: {text[:120]}")
    return found


def _what(cell: Any) -> str:
    """A cell, by what it is and how it begins."""
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    tags = cell.metadata.get("tags", [])
    if CLAIM in tags:
        return f"the claim `{first[:80]}`"
    if "pasted" in tags:
        return f"the shown solution of {cell.metadata['of']}"
    return f"`{first[:80]}`"
