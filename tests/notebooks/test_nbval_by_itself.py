"""nbval, run as the README of a course would say, where somebody has worked before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from orderlab.progress import Progress

ROOT = Path(__file__).parents[2]
LOOKS = """
from orderlab.progress import Progress, learner_folder
progress = Progress(learner_folder())
print(progress.exercise("1.1").tries)
progress.checked("1.1", "right", "")
"""


def notebook(path: Path) -> None:
    cell = nbformat.v4.new_code_cell(LOOKS)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="0\n")]
    cell.execution_count = 1
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)


@pytest.mark.parametrize("home", ["the course's", "named by the learner"])
def test_each_notebook_begins_with_nothing_kept(tmp_path: Path, home: str) -> None:
    solutions = tmp_path / "solutions"
    solutions.mkdir()
    shutil.copy(ROOT / "solutions" / "conftest.py", solutions)
    notebook(solutions / "01_one.ipynb")
    notebook(solutions / "02_two.ipynb")
    worked = tmp_path / ".orderlab"
    Progress(worked).checked("1.1", "wrong", "")
    environment = {name: text for name, text in os.environ.items() if name != "ORDERLAB_HOME"}
    if home == "named by the learner":
        environment["ORDERLAB_HOME"] = str(worked)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "solutions/"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "2 passed" in done.stdout
    assert Progress(worked).exercise("1.1").tries == 1, "what the learner has is as it was"
    assert not list(temporary.glob("orderlab-nbval-*"))
