"""Every learner notebook runs from top to bottom, unsolved, without a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.browser.server import CHROMIUM

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.mark.skipif(CHROMIUM is not None, reason="tests/browser runs them all, as a learner would")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_learner_notebook_runs_unsolved(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert all(not c.get("outputs") and not c.get("execution_count") for c in notebook.cells)
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    client.execute(env={**os.environ, "ORDERLAB_HOME": str(tmp_path)})
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = [_plain(output) for output in outputs]
    assert not any("lab failed" in text for text in texts)
    assert not any(" right:" in text[:12] for text in texts), "an exercise came solved"


def _plain(output: nbformat.NotebookNode) -> str:
    return str(output.get("data", {}).get("text/plain", output.get("text", "")))
