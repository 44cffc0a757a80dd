"""A learner's notebook on trial: as it comes, then with the solutions that the learner is shown.

`in_a_learners_hands` runs the notebook as a learner who solves nothing would, and once more in the
same kernel. The second time each check is followed by its shown solution, pasted in the place of
the learner's code, with the names that the notebook has at that place. After each cell come the
assertions that the author put beside the text (cells tagged `claim`).
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


def in_a_learners_hands(path: Path) -> list[str]:
    """What goes wrong in a chapter: errors, claims that fail, unearned ticks, and shown solutions
    that do not pass where a learner would paste them.
    """
    first = _cells(path)
    second = _with_solutions(copy.deepcopy(first))
    _run(path, first + second)
    return _faults(path, first, solved=False) + _faults(path, second, solved=True)


def _with_solutions(cells: list[Any]) -> list[Any]:
    found, opened = [], ""
    for cell in cells:
        found.append(cell)
        if cell.cell_type == "code":
            opened = next(iter(_OPENS.findall(cell.source)), opened)
            if opened and "ex.check(" in cell.source:
                found.append(_paste(opened, cell.source))
                opened = ""
    return found


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


def _run(path: Path, cells: list[Any]) -> None:
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


def _faults(path: Path, cells: list[Any], *, solved: bool) -> list[str]:
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
            if not solved and re.match(r"^\d\.\d+ right:", text):
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
