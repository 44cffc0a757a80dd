"""Every chapter as its learners meet it: unsolved, twice, and with the shown solutions pasted."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderlab.workbook.source import sources
from orderlab.workbook.trial import shown_solutions, unsolved

ROOT = Path(__file__).parents[2]
SOURCES = sources(ROOT / "solutions")
CHAPTERS = [path for path in SOURCES if "index" not in path.stem]

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_an_unsolved_notebook_runs_twice_and_its_text_stays_true(path: Path) -> None:
    assert unsolved(path, times=2) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_shown_solution_passes_where_a_learner_pastes_it(path: Path) -> None:
    assert shown_solutions(path) == []
