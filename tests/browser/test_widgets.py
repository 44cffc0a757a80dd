"""Quizzes by keyboard, and the live board, in a real browser."""

from __future__ import annotations

import time
from typing import Any

import nbformat
import psutil
import pytest

from tests.browser.contrast import unreadable
from tests.browser.notebook import FORMULA, OpenNotebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def _write(jupyterlab: Any, *cells: str) -> str:
    """A notebook of a test's own, among the learner's."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    name = f"own_{time.monotonic_ns()}.ipynb"
    nbformat.write(notebook, jupyterlab.home / "notebooks" / name)
    return f"notebooks/{name}"


def test_a_quiz_is_answered_by_keyboard_and_the_answer_is_kept(jupyterlab: Any, page: Any) -> None:
    path = _write(
        jupyterlab,
        "import orderlab\nlab = orderlab.start(chapter=0, quiet=True)", "lab.quiz()",
    )  # fmt: skip
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    notebook.run_all(60)
    quiz = notebook.scroll_to(".orderlab-quiz")
    first = quiz.locator("fieldset").first
    first.locator("input").first.focus()
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("Space")
    page.page.keyboard.press("Enter")
    assert "Not yet" in first.locator(".orderlab-verdict").inner_text()
    total = quiz.locator(".orderlab-total")
    count = quiz.locator("fieldset").count()
    assert total.inner_text() == f"Quiz: 0 of {count} right (1 not yet, {count - 1} to answer)."
    assert first.locator(".orderlab-why:not([hidden])").count() == 1
    page.page.keyboard.press("ArrowUp")
    page.page.keyboard.press("Enter")
    assert "Right" in first.locator(".orderlab-verdict").inner_text()
    assert total.inner_text() == f"Quiz: 1 of {count} right ({count - 1} to answer)."
    for theme in ("Light", "Dark"):
        notebook.theme(f"JupyterLab {theme}")
        page.screenshot(f"quiz-{theme.lower()}")
        assert unreadable(quiz) == []
    notebook.wait_for("connected idle", 20)
    # in a new page the kept answer stands
    page.page.reload()
    again = OpenNotebook(page.page, jupyterlab.notebook(path))
    page.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    page.page.wait_for_timeout(3000)
    again.wait_for("connected idle", 60)
    quiz = again.scroll_to(".orderlab-quiz")
    assert "Right" in quiz.locator("fieldset").first.locator(".orderlab-verdict").inner_text()


BOARD = """import threading
from orderlab.requirements.system import fresh_orders
from orderlab.orders.replay import replay
from orderlab.orders.parts.api import api_address
board = lab.watch()
sender = threading.Thread(target=replay, args=(api_address(lab.target), fresh_orders(1000)),
                          kwargs={"connections": 2})
sender.start()
board"""


def test_the_board_moves_and_can_be_paused(jupyterlab: Any, page: Any) -> None:
    start = (
        "import orderlab\nfrom orderlab.orders import architecture\n"
        "lab = orderlab.start(chapter=0, quiet=True)\narchitecture.build(lab.target, 4)"
    )
    path = _write(jupyterlab, start, "import os; print('pid', os.getpid())", BOARD)
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    notebook.run_all(90)
    board = notebook.scroll_to(".orderlab-board")
    page.page.wait_for_selector(".orderlab-board .dot", timeout=20_000)
    for theme in ("Light", "Dark"):
        notebook.theme(f"JupyterLab {theme}")
        page.screenshot(f"board-{theme.lower()}")
        assert unreadable(board) == []
    drawn = "node => node.frames_drawn"
    before, began = board.evaluate(drawn), time.monotonic()
    page.page.wait_for_timeout(2000)
    frames = (board.evaluate(drawn) - before) / (time.monotonic() - began)
    # the figure itself is measured in benchmarks/; here it only has to move
    assert frames > 1
    board.get_by_role("button", name="Pause").click()
    shown = board.locator("[role=status]").inner_text()
    page.page.wait_for_timeout(800)
    assert board.locator("[role=status]").inner_text() == shown
    assert _first_of_replay(board) < _seconds(shown)


def test_the_board_is_whole_after_a_reload(jupyterlab: Any, page: Any) -> None:
    start = (
        "import orderlab\nfrom orderlab.orders import architecture\n"
        "lab = orderlab.start(chapter=0, quiet=True)\narchitecture.build(lab.target, 1)\n"
        "lab.deploy('try-out', 'def handler(event, context):\\n    return 1')"
    )
    path = _write(jupyterlab, start, "board = lab.watch()\nboard")
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    notebook.run_all(120)
    board = notebook.scroll_to(".orderlab-board")
    assert "path of an order: 1" in board.locator("summary").inner_text()
    assert board.locator("#function-try-out").count() == 0
    most = "() => Number(document.querySelector('.orderlab-board input[type=range]').max)"
    page.page.wait_for_function(f"() => ({most})() > 12", timeout=60_000)
    before = page.page.evaluate(most)
    page.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.page.wait_for_timeout(1500)
    again = OpenNotebook(page.page, jupyterlab.notebook(path).replace("&reset", ""))
    board = again.scroll_to(".orderlab-board")
    page.page.wait_for_function(f"() => ({most})() >= {before}", timeout=30_000)
    assert _first_of_replay(board) < before


def _first_of_replay(board: Any) -> float:
    """The second that a replay's first frame shows; how early it is depends on the machine."""
    board.evaluate("""board => {
      const status = board.querySelector('[role=status]');
      new MutationObserver((_, observer) => {
        if (!status.innerText.startsWith('replay, ')) return;
        board.first_of_replay = status.innerText;
        observer.disconnect();
      }).observe(status, {childList: true, characterData: true, subtree: true});
    }""")
    board.get_by_role("button", name="Replay").click()
    for _ in range(200):
        if shown := board.evaluate("board => board.first_of_replay || ''"):
            return _seconds(shown)
        board.page.wait_for_timeout(50)
    raise AssertionError("Replay shows nothing")


def test_the_buttons_of_a_card_work_by_keyboard(jupyterlab: Any, page: Any) -> None:
    path = _write(
        jupyterlab,
        "import orderlab\nlab = orderlab.start(chapter=1, quiet=True)",
        "ex = lab.exercise('1.1').again()\nex.check()",
    )
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    notebook.run_all(90)
    card = notebook.scroll_to(".orderlab-card")
    card.get_by_role("button", name="Hint").focus()
    page.page.keyboard.press("Enter")
    card.get_by_text("(1 of 3)").wait_for(timeout=20_000)
    page.page.keyboard.press("Space")
    card.get_by_text("(2 of 3)").wait_for(timeout=20_000)
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")
    copy = card.get_by_role("button", name="Copy")
    copy.wait_for(timeout=20_000)
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy.click()
    card.get_by_text("Copied").wait_for(timeout=10_000)
    copied = page.page.evaluate("() => navigator.clipboard.readText()")
    assert "def handler(event, context):" in copied and "create_function" in copied
    for theme in ("Light", "Dark"):
        notebook.theme(f"JupyterLab {theme}")
        page.screenshot(f"card-{theme.lower()}")
        assert unreadable(card) == []
    card.get_by_role("button", name="Start over").press("Enter")
    card.get_by_text("Run the exercise's cell again").wait_for(timeout=30_000)


def _seconds(status: str) -> float:
    return float(status.split(", ")[1].removesuffix(" s"))


def test_the_board_honours_reduced_motion(jupyterlab: Any, page: Any) -> None:
    page.page.emulate_media(reduced_motion="reduce")
    start = (
        "import orderlab\nfrom orderlab.orders import architecture\n"
        "lab = orderlab.start(chapter=0, quiet=True)\narchitecture.build(lab.target, 4)"
    )
    path = _write(jupyterlab, start, BOARD)
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    notebook.run_all(90)
    board = notebook.scroll_to(".orderlab-board")
    status = "document.querySelector('.orderlab-board [role=status]').textContent"
    page.page.wait_for_function(f"() => /[1-9][0-9]* orders/.test({status})", timeout=20_000)
    assert board.locator(".dot").count() == 0


def test_the_last_picture_shows_where_the_board_is_not_drawn(jupyterlab: Any, page: Any) -> None:
    start = (
        "import orderlab\nfrom orderlab.orders import architecture\n"
        "lab = orderlab.start(chapter=0, quiet=True)\narchitecture.build(lab.target, 1)"
    )
    path = _write(jupyterlab, start, "board = lab.watch()\nboard", "board.stop()")
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    notebook.run_all(90)
    notebook.scroll_to(".orderlab-board")
    last = page.page.locator(".orderlab-board-last")
    last.wait_for(state="hidden", timeout=10_000)
    assert last.count() == 1
    page.page.evaluate("() => document.querySelector('.orderlab-board').remove()")
    assert last.is_visible()


def test_the_polling_laboratory_works_by_keyboard(jupyterlab: Any, page: Any) -> None:
    path = _write(
        jupyterlab,
        "import orderlab\nlab = orderlab.start(chapter=0, quiet=True)",
        "pool = lab.polling('live', servers=8, sample=8)\nlive = pool.live()\nlive",
    )
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    notebook.run_all(60)
    view = notebook.scroll_to(".orderlab-polling")
    says = view.locator("[role=status]")
    assert "5 visible messages on 8 servers" in says.inner_text()
    sliders = view.locator("[role=slider]")
    assert sliders.count() == 4
    sliders.nth(2).focus()
    page.page.keyboard.press("ArrowRight")
    view.get_by_text("6 visible messages on 8 servers").first.wait_for(timeout=10_000)
    view.get_by_role("button", name="Receive").focus()
    page.page.keyboard.press("Enter")
    view.get_by_text("A short poll asks 8 of 8 servers").first.wait_for(timeout=10_000)
    for theme in ("Light", "Dark"):
        notebook.theme(f"JupyterLab {theme}")
        for width in (1440, 1024):
            page.page.set_viewport_size({"width": width, "height": 1000})
            page.screenshot(f"polling-{theme.lower()}-{width}")
        assert unreadable(view) == []
    view.get_by_role("button", name="Delete what came").press("Space")
    view.get_by_text("on 8 servers").first.wait_for(timeout=10_000)


def test_amounts_are_not_taken_for_formulas(jupyterlab: Any, page: Any) -> None:
    path = _write(
        jupyterlab,
        "from IPython.display import HTML\nHTML('<p id=\"raw\">$1 and $2</p>')",
        "import orderlab\norderlab.Table([{'a': '$1 and $2', 'b': '$3'}])",
        "from orderlab.exercises.engine import right\nright('$1 or $2', looked_at='$3, $4')",
    )
    notebook = OpenNotebook(page.page, jupyterlab.notebook(path))
    notebook.run_all(60)
    page.page.wait_for_selector(f"#raw {FORMULA}", timeout=20_000)
    assert page.page.locator(FORMULA).count() == 1, "only what we did not escape"


def test_no_cloud_is_left_when_the_kernels_have_gone() -> None:
    """Runs last in this file: kernels of closed pages may live, but no cloud without a parent."""
    orphans = [
        process.pid
        for process in psutil.process_iter(["cmdline", "ppid"])
        if "orderlab.cloud" in " ".join(process.info["cmdline"] or ()) and process.info["ppid"] == 1
    ]
    assert orphans == []
