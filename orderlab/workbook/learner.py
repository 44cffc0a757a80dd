"""The learner's notebook: the source without its solutions and without outputs."""

from __future__ import annotations

from typing import Any

from orderlab.workbook.source import BEGIN, CLAIM, END

PLACEHOLDER = "# your code here"


def learner_notebook(source: Any) -> Any:
    """Cut the solutions out of a source notebook, which is changed and returned."""
    source.cells = [cell for cell in source.cells if not {"solution", CLAIM} & set(_tags(cell))]
    for cell in source.cells:
        if cell.cell_type == "code":
            cell.source = without_solution(cell.source)
            cell.outputs, cell.execution_count = [], None
        _drop_tags(cell)
    return source


def without_solution(code: str) -> str:
    """The code with each solution region replaced by one placeholder of the same indentation.

    A block that held nothing but a solution keeps `...`, so that the cell still runs.
    """
    lines: list[str] = []
    inside = False
    for line in code.splitlines():
        if line.strip() == BEGIN:
            inside = True
            opens_block = bool(lines) and lines[-1].rstrip().endswith(":")
            lines.append(line.replace(BEGIN, PLACEHOLDER))
            if opens_block:
                lines.append(line.replace(BEGIN, "..."))
        elif line.strip() == END:
            inside = False
            lines.append("")
        elif not inside:
            lines.append(line)
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip()


def _tags(cell: Any) -> list[str]:
    tags: list[str] = cell.metadata.get("tags", [])
    return tags


def _drop_tags(cell: Any) -> None:
    for name in ("tags", "reason"):
        cell.metadata.pop(name, None)
