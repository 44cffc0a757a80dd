"""One command builds all: sources to learner notebooks and executed solution notebooks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from orderlab.workbook.chapter import notebook_of
from orderlab.workbook.learner import learner_notebook
from orderlab.workbook.solution import solution_notebook
from orderlab.workbook.source import sources

Tell = Callable[[str], None]


def repository(start: Path | None = None) -> Path:
    """The course's folder: the one above that holds solutions/ and notebooks/."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "solutions").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise FileNotFoundError("No course here: run this in the folder that holds solutions/.")


def build(
    root: Path, *, chapters: Iterable[str] = (), execute: bool = True, tell: Tell = lambda _: None
) -> list[Path]:
    """Build the notebooks of all chapters, or of those whose name begins with one of `chapters`.

    With `execute` false only the learner notebooks are made, which takes no kernel.
    """
    wanted = tuple(chapters)
    written = []
    for path in sources(root / "solutions"):
        if wanted and not path.stem.startswith(wanted):
            continue
        tell(f"{path.stem}: learner notebook")
        written.append(
            _write(learner_notebook(notebook_of(path)), root / "notebooks" / f"{path.stem}.ipynb")
        )
        if execute:
            tell(f"{path.stem}: running the solution")
            done = solution_notebook(notebook_of(path), root / "solutions")
            written.append(_write(done, path.with_suffix(".ipynb")))
    return written


def _write(notebook: Any, path: Path) -> Path:
    path.write_text(as_text(notebook), encoding="utf-8")
    return path


def as_text(notebook: Any) -> str:
    """A notebook's file: the same bytes for the same content."""
    return json.dumps(_split(notebook), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _split(notebook: Any) -> Any:
    """Multi-line texts as lists of lines, as Jupyter writes them."""
    from nbformat import v4

    writer = v4.rwbase.split_lines
    plain = json.loads(json.dumps(notebook))
    from nbformat import from_dict

    return writer(from_dict(plain))
