"""The whole course in one browser session: by a learner who solves all of it, and by one who
solves nothing. Takes half an hour: `make course`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderlab.exercises import registry
from tests.browser.conftest import learners_home
from tests.browser.course import GREEN, Learner, written
from tests.browser.server import ROOT, JupyterLab, running_jupyterlab

pytestmark = [pytest.mark.browser, pytest.mark.course, pytest.mark.timeout(3600)]
CHAPTERS = written(registry.CHAPTERS, ROOT / "notebooks")


@pytest.fixture
def jupyterlab(tmp_path: Path) -> Iterator[JupyterLab]:
    """A server for each of the two learners, with nothing kept of the other."""
    with running_jupyterlab(learners_home(tmp_path)) as server:
        yield server


def test_whoever_solves_everything_gets_a_certificate(jupyterlab: JupyterLab, page: Any) -> None:
    cells = _take(Learner(page.page, jupyterlab), jupyterlab)
    kept = _progress(jupyterlab)
    exercises = [each.id for chapter in CHAPTERS for each in registry.exercises(chapter)]
    solved = [each for each in exercises if kept["exercises"].get(each, {}).get("solved")]
    assert solved == exercises
    assert [each for each in exercises if kept["exercises"][each]["solution_seen"]] == []
    questions = [each for chapter in CHAPTERS for each in registry.questions(chapter)]
    assert [q.id for q in questions if not q.is_right(kept["answers"].get(q.id, ()))] == []
    assert _green(cells[CHAPTERS[-1]]) == ["R1", "R2", "R3", "R4", "R5", "R6"]
    if any("lab.certificate(" in cell["source"] for cell in cells[CHAPTERS[-1]]):
        text = (jupyterlab.home / "certificate.html").read_text("utf-8")
        assert f"Solved all {len(exercises)} exercises of the course" in text
        assert kept["notes"]["final-test"]["finished"][0]["right"] == 30
        said = [text for cell in cells[CHAPTERS[-1]] for text in cell["texts"]]
        assert any("4 of 4 found; all is mended" in text for text in said)


def test_whoever_solves_nothing_comes_to_the_end_as_well(jupyterlab: JupyterLab, page: Any) -> None:
    cells = _take(Learner(page.page, jupyterlab, solves=False), jupyterlab)
    texts = [text for chapter in cells.values() for cell in chapter for text in cell["texts"]]
    assert [text for text in texts if "the lab failed" in text] == []
    kept = _progress(jupyterlab)["exercises"]
    assert [each for each, state in kept.items() if state["solved"]] == []


def _take(learner: Learner, jupyterlab: JupyterLab) -> dict[int, list[dict[str, Any]]]:
    """Every chapter from its first cell to its last; how long each took is printed."""
    found = {}
    for chapter in CHAPTERS:
        began = time.monotonic()
        found[chapter] = learner.takes(chapter, lambda _: None)
        sys.stdout.write(f"chapter {chapter:02d}: {time.monotonic() - began:.0f} s\n")
        jupyterlab.end_kernels()
    return found


def _progress(jupyterlab: JupyterLab) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((jupyterlab.home / ".orderlab/progress.json").read_text())
    return kept


def _green(cells: list[dict[str, Any]]) -> list[str]:
    """What is green on the last scoreboard of a notebook."""
    shown = [text for c in cells if "lab.scoreboard()" in c["source"] for text in c["texts"]]
    found: list[str] = GREEN.findall(shown[-1])
    return found
