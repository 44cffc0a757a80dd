"""The final test by keyboard, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.contrast import unreadable
from tests.browser.notebook import OpenNotebook
from tests.browser.test_widgets import _write

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_the_final_test_is_taken_by_keyboard(jupyterlab: Any, page: Any) -> None:
    path = _write(
        jupyterlab,
        "import orderlab\nlab = orderlab.start(chapter=0, quiet=True)\ntest = lab.final_test()",
        "test",
    )
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    notebook.run_all(60)
    view = notebook.scroll_to(".orderlab-quiz")
    questions = view.locator("fieldset")
    assert questions.count() == 30
    first = questions.first
    first.locator("input").first.focus()
    page.page.keyboard.press("Space")
    page.page.keyboard.press("Enter")
    assert "Kept" in first.locator(".orderlab-verdict").inner_text()
    assert view.locator(".orderlab-total").inner_text() == "Final test: 1 of 30 answered."
    assert view.locator(".orderlab-why:not([hidden])").count() == 0
    finish = view.get_by_role("button", name="Finish")
    finish.focus()
    page.page.keyboard.press("Enter")
    view.get_by_text("29 not answered").wait_for(timeout=10_000)
    page.page.keyboard.press("Enter")
    view.locator(".orderlab-topics").wait_for(timeout=20_000)
    assert "attempt 1:" in view.locator(".orderlab-topics caption").inner_text()
    assert view.locator(".orderlab-topics a").count() > 5
    assert view.locator(".orderlab-why:not([hidden])").count() == 120
    assert view.locator("input:not([disabled])").count() == 0
    for theme in ("Light", "Dark"):
        notebook.theme(f"JupyterLab {theme}")
        page.screenshot(f"final-test-{theme.lower()}")
        assert unreadable(view) == []
    assert page.console == []
