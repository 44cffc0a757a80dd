"""Every solution notebook, run again and compared with what it holds; strict nbval."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# the glossary, 99, is text alone; the longest first, so that processes end together
NOTEBOOKS = sorted((ROOT / "solutions").glob("0[0-9]_*.ipynb"), reverse=True)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_solution_gives_what_it_gave(notebook: Path, tmp_path: Path) -> None:
    """In a process of its own: nbval takes over the collection of a whole run."""
    command = [
        sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider",
        "--nbval-sanitize-with", str(ROOT / "tests/notebooks/sanitize.cfg"),
        "--nbval-cell-timeout", "90", "--timeout", "380", str(notebook),
    ]  # fmt: skip
    environment = {**os.environ, "ORDERLAB_HOME": str(tmp_path), "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stdout[-6000:]


def test_there_are_solutions() -> None:
    assert NOTEBOOKS
