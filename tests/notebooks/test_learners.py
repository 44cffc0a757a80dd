"""Every chapter as its learners meet it: unsolved, then again with the shown solutions pasted."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderlab.workbook.source import sources
from orderlab.workbook.trial import in_a_learners_hands

SOURCES = sources(Path(__file__).parents[2] / "solutions")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_runs_unsolved_and_takes_what_it_shows(path: Path) -> None:
    assert in_a_learners_hands(path) == []
