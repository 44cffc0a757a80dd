"""The pictures of the solution notebooks are shown: `orderlab lab` signs them for its user."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook, new_output

from orderlab.cli.trusted import trust_solutions


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    for folder in ("solutions", "notebooks"):
        (tmp_path / folder).mkdir()
        picture = new_output("display_data", {"image/svg+xml": f"<svg>{folder}</svg>"})
        executed = new_notebook(cells=[new_code_cell("lab.diagram()", outputs=[picture])])
        nbformat.write(executed, tmp_path / folder / "01_a.ipynb")
    return tmp_path


def _is_trusted(path: Path) -> bool:
    notary = NotebookNotary()
    with closing(notary.store):
        return bool(notary.check_signature(nbformat.read(path, nbformat.NO_CONVERT)))


def test_solutions_are_trusted_and_nothing_else(course: Path) -> None:
    trust_solutions(course)
    assert _is_trusted(course / "solutions" / "01_a.ipynb")
    assert not _is_trusted(course / "notebooks" / "01_a.ipynb")


def test_a_broken_notebook_does_not_keep_others_from_being_trusted(course: Path) -> None:
    (course / "solutions" / "00_a.ipynb").write_text("{")
    trust_solutions(course)
    assert _is_trusted(course / "solutions" / "01_a.ipynb")


def test_jupyterlab_starts_although_no_signature_can_be_stored(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / "a-file").write_text("")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(course / "a-file" / "data"))
    trust_solutions(course)
