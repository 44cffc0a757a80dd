"""The solution notebook: the source run from top to bottom, its outputs kept."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from nbclient import NotebookClient

from orderlab.workbook.source import BEGIN, END

CELL_TIMEOUT_SECONDS = 120


def solution_notebook(source: Any, folder: Path) -> Any:
    """Run a source notebook in a kernel of its own; the notebook with outputs is returned.

    Progress goes to a folder that is thrown away, so that the author's own is not touched.
    An error in a cell is raised: a solution that fails is no solution.
    """
    source.cells = [cell for cell in source.cells if "learner" not in cell.metadata.get("tags", [])]
    for cell in source.cells:
        if cell.cell_type == "code":
            cell.source = _without_markers(cell.source)
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


def _without_markers(code: str) -> str:
    lines = [line for line in code.splitlines() if line.strip() not in (BEGIN, END)]
    return "\n".join(lines)


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
            cell["outputs"] = _joined_streams(cell_outputs)
    return notebook


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
