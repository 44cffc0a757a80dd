"""Notebooks in a real browser: two run to their ends, and all can be read in both themes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.browser.contrast import unreadable
from tests.browser.notebook import FORMULA, OpenNotebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
ROOT = Path(__file__).parents[2]
ALL = sorted(path.stem for path in (ROOT / "solutions").glob("0[0-9]_*.ipynb"))
# The browser's own words about what it fetches, and what JupyterLab says of itself: none of it is
# ours. (Its notebook sends a message to a cell's view that scrolling has just removed.)
HARMLESS = (
    "favicon",
    "ResizeObserver loop",
    "/api/contents/",
    "lsp/status",
    "/api/kernels/",
    "processLuminoMessage",
)


@pytest.mark.parametrize("path", ("notebooks/00_the_customer", "solutions/05_polling"))
def test_a_notebook_runs_to_its_end(path: str, jupyterlab: Any, page: Any) -> None:
    """One unsolved, one solved. tests/notebooks runs all of them, `make course` all in browsers."""
    # a copy, since JupyterLab saves what runs for long, and the other tests read what was saved
    ran = f"{path}_ran"
    shutil.copy(jupyterlab.home / f"{path}.ipynb", jupyterlab.home / f"{ran}.ipynb")
    notebook = OpenNotebook(page.page, jupyterlab.notebook(f"{ran}.ipynb"))
    cells = notebook.run_all(240)
    assert [(c["id"], c["errors"]) for c in cells if c["errors"]] == []
    texts = [text for cell in cells for text in cell["texts"]]
    assert not any("lab failed" in text for text in texts)
    if path.startswith("notebooks/"):
        assert not any(" right:" in text[:12] for text in texts), "an exercise came solved"
    _can_be_read(notebook, ran, page)


@pytest.mark.parametrize("name", ALL)
def test_an_executed_notebook_can_be_read_in_both_themes(
    name: str, jupyterlab: Any, page: Any
) -> None:
    """As it lies in the repository, from top to bottom."""
    notebook = OpenNotebook(page.page, jupyterlab.notebook(f"solutions/{name}.ipynb"))
    _can_be_read(notebook, f"solutions/{name}", page)


def _can_be_read(notebook: OpenNotebook, path: str, page: Any) -> None:
    for theme in ("Light", "Dark"):
        notebook.theme(f"JupyterLab {theme}")
        page.screenshot(f"{path.replace('/', '-')}-{theme.lower()}")
        for output in notebook.outputs():
            assert unreadable(output) == [], f"{theme}: {path}"
            assert output.locator(FORMULA).count() == 0, "an amount was taken for a formula"
    errors = [said for said in page.console if not any(word in said for word in HARMLESS)]
    assert errors == []
