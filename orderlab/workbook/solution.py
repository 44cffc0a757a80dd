"""The solution notebook: the source run from top to bottom, its outputs kept."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from nbclient import NotebookClient

from orderlab.workbook.source import BEGIN, CLAIM, END

CELL_TIMEOUT_SECONDS = 120
_PLACEHOLDER = re.compile(r"(\w+(?:, \w+)*) = .*\bNone\b")
_BINDING = re.compile(r"(?:(\w+(?:, \w+)*) = |def (\w+)\()")


def solution_notebook(source: Any, folder: Path) -> Any:
    """Run a source notebook in a kernel of its own; the notebook with outputs is returned.

    Progress goes to a folder that is thrown away, so that the author's own is not touched.
    An error in a cell is raised: a solution that fails is no solution.
    """
    source.cells = [cell for cell in source.cells if is_shown(cell)]
    for cell in source.cells:
        if cell.cell_type == "code":
            cell.source = without_markers(cell.source)
    with tempfile.TemporaryDirectory(prefix="orderlab-build-") as home:
        environment = {**os.environ, "ORDERLAB_HOME": home}
        client = NotebookClient(
            source,
            timeout=CELL_TIMEOUT_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        client.execute(env=environment)
    return _tidy(source)


def is_shown(cell: Any) -> bool:
    """Whether a cell of the source is in the solution notebook."""
    return not {"learner", CLAIM} & set(cell.metadata.get("tags", []))


def without_markers(code: str) -> str:
    """The code with its solution in place of the `answer = None` that waits for a learner's."""
    given: list[str] = []
    solution: list[str] = []
    inside = False
    for line in code.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside:
            solution.append(line)
    filled = {name for line in solution for name in _bound(line)}
    for line in code.splitlines():
        waits = _PLACEHOLDER.match(line)
        if waits and line not in solution and filled.issuperset(waits[1].split(", ")):
            continue
        if line.strip() not in (BEGIN, END):
            given.append(line)
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(given))


def _bound(line: str) -> list[str]:
    """The names that a line at the left margin gives a value."""
    found = _BINDING.match(line)
    return (found[1] or found[2]).split(", ") if found else []


def _tidy(notebook: Any) -> Any:
    """Drop what differs from run to run and says nothing."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            # a model that only a running kernel has
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        cell_outputs = cell.get("outputs")
        if cell_outputs:
            telling = [each for each in cell_outputs if says_something(each)]
            cell["outputs"] = _joined_streams(telling)
    return notebook


def says_something(output: Any) -> bool:
    """Whether an output tells a reader anything; the trace of a progress bar does not."""
    return bool(output.get("data") != {"text/plain": "Output()"})


def _joined_streams(outputs: list[Any]) -> list[Any]:
    """One stream output a run of prints, however the kernel happened to split it."""
    joined: list[Any] = []
    for output in outputs:
        before = joined[-1] if joined else None
        if (
            before is not None
            and output.output_type == "stream" == before.output_type
            and output.name == before.name
        ):
            before.text += output.text
        else:
            joined.append(output)
    return joined
