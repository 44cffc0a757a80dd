"""Every notebook opens in a real browser and runs to its end without an error output."""

from __future__ import annotations

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


@pytest.mark.parametrize("name", ALL)
def test_a_notebook_runs_and_can_be_read_in_both_themes(
    name: str, jupyterlab: Any, page: Any
) -> None:
    """The solutions; chapter 00 unsolved before that. tests/notebooks runs all of them unsolved."""
    folders = ("notebooks", "solutions") if name.startswith("00") else ("solutions",)
    for folder in folders:
        _runs_and_can_be_read(f"{folder}/{name}.ipynb", jupyterlab, page)
        jupyterlab.end_kernels()
    errors = [said for said in page.console if not any(word in said for word in HARMLESS)]
    assert errors == []


def _runs_and_can_be_read(path: str, jupyterlab: Any, page: Any) -> None:
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    cells = notebook.run_all(240)
    assert [(c["id"], c["errors"]) for c in cells if c["errors"]] == []
    texts = [text for cell in cells for text in cell["texts"]]
    assert not any("lab failed" in text for text in texts)
    if path.startswith("notebooks/"):
        assert not any(" right:" in text[:12] for text in texts), "an exercise came solved"
    assert page.page.locator(FORMULA).count() == 0, "an amount was taken for a formula"
    shot = path.replace("/", "-").removesuffix(".ipynb")
    for theme in ("Light", "Dark"):
        notebook.theme(f"JupyterLab {theme}")
        page.screenshot(f"{shot}-{theme.lower()}")
        for output in page.page.locator(".jp-OutputArea-output").all():
            assert unreadable(output) == [], f"{theme}: {path}"
