"""Every notebook opens in a real browser and runs to its end without an error output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.contrast import unreadable
from tests.browser.notebook import OpenNotebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
ROOT = Path(__file__).parents[2]
ALL = [
    f"{folder}/{path.name}"
    for folder in ("notebooks", "solutions")
    for path in sorted((ROOT / folder).glob("[0-9][0-9]_*.ipynb"))
]
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


@pytest.mark.parametrize("path", ALL)
def test_a_notebook_runs_and_can_be_read_in_both_themes(
    path: str, jupyterlab: Any, page: Any
) -> None:
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    cells = notebook.run_all(240)
    assert [(c["id"], c["errors"]) for c in cells if c["errors"]] == []
    name = path.replace("/", "-").removesuffix(".ipynb")
    for theme in ("Light", "Dark"):
        notebook.theme(f"JupyterLab {theme}")
        page.screenshot(f"{name}-{theme.lower()}")
        for output in page.page.locator(".jp-OutputArea-output").all():
            assert unreadable(output) == [], f"{theme}: {path}"
    errors = [said for said in page.console if not any(word in said for word in HARMLESS)]
    assert errors == []
