"""A learner who goes through the chapters of the course, one after the other, in one browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from orderlab.exercises import registry
from orderlab.exercises.final_test.pool import POOL
from orderlab.exercises.overview import NOTEBOOKS
from orderlab.requirements.memory import REFERENCE
from tests.browser.answered import answered
from tests.browser.answers import answers
from tests.browser.notebook import OpenNotebook
from tests.browser.server import JupyterLab

CELL_SECONDS = 300
GREEN = re.compile(r"^(R\d) \W+ green", re.MULTILINE)
_QUESTIONS = [*POOL, *(q for chapter in registry.CHAPTERS for q in registry.questions(chapter))]
# what the right options say, since a test mixes them; shown without the marks of code
_RIGHT = {
    question.id: {option.text.replace("`", "") for option in question.options if option.right}
    for question in _QUESTIONS
}


class Learner:
    """Opens notebooks, fills in answers, runs cell after cell, and uses what a cell shows.

    With `solves` false nothing is filled in, chosen or answered.
    """

    def __init__(self, page: Any, server: JupyterLab, *, solves: bool = True) -> None:
        self._page, self._server, self._solves = page, server, solves

    def takes(self, chapter: int, tell: Callable[[str], None]) -> list[dict[str, Any]]:
        """Take one chapter to its end; its code cells with what they show."""
        name = f"notebooks/{NOTEBOOKS[chapter][0]}"
        notebook = OpenNotebook(self._page, self._server.notebook(name))
        sources = [cell["source"] for cell in notebook.cells()]
        if self._solves:
            sources = answered(sources, answers(chapter))
        for number, source in enumerate(sources):
            cell = notebook.run_cell(number, source, CELL_SECONDS)
            assert not cell["errors"], f"{name}, in the cell\n{source}\n{cell['errors']}"
            if self._solves:
                self._uses(notebook, number, source)
                if "lab.scoreboard()" in source and _green(chapter):
                    _until_green(notebook, number, source)
            tell(f"{name} {number + 1} of {len(sources)}")
        return notebook.finished()

    def _uses(self, notebook: OpenNotebook, number: int, source: str) -> None:
        if "lab.predict(" in source:
            _choose(notebook, number)
        if "lab.quiz(" in source:
            self._answer(notebook, number)
        if "lab.final_test(" in source:
            shown = self._answer(notebook, number)
            shown.get_by_role("button", name="Finish").press("Enter")
            shown.locator(".orderlab-topics").wait_for(timeout=30_000)

    def _answer(self, notebook: OpenNotebook, number: int) -> Any:
        """Answer every question by keyboard: space chooses, Enter answers."""
        shown = notebook.output(number, ".orderlab-quiz")
        for question in shown.locator("fieldset").all():
            right = _RIGHT[question.get_attribute("data-question")]
            for option in question.locator(".orderlab-option").all():
                if option.locator("label").text_content() in right:
                    option.locator("input").press("Space")
            question.locator("input").first.press("Enter")
            verdict = question.locator(".orderlab-verdict").inner_text()
            assert "Right" in verdict or "Kept" in verdict, f"{question.inner_text()}: {verdict}"
        return shown


def _green(chapter: int) -> bool:
    """Whether the chapter's system holds all six requirements."""
    return set(REFERENCE.get(chapter, {}).values()) == {"green"}


def _until_green(notebook: OpenNotebook, number: int, source: str) -> None:
    """Measure again, as the text advises, where a busy machine made a colour worse."""
    for _ in range(2):
        if len(GREEN.findall(notebook.cells()[number]["texts"][-1])) == 6:
            return
        notebook.run_cell(number, source, CELL_SECONDS)


def _choose(notebook: OpenNotebook, number: int) -> None:
    """Choose the first option of a prediction; nobody says whether it is right."""
    option = notebook.output(number, ".widget-radio input[type=radio]")
    option.check()
    notebook.wait_for("connected idle", 30)


def written(chapters: Iterable[int], notebooks: Path) -> list[int]:
    """The chapters whose notebook is there."""
    return [each for each in chapters if (notebooks / NOTEBOOKS[each][0]).is_file()]
