"""A notebook in JupyterLab, driven as a learner does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# what JupyterLab draws of text that it takes for a formula
FORMULA = "mjx-container"

# What the kernel and the cells of the open notebook are doing, asked of JupyterLab itself.
_STATE = """() => {
  const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  const kernel = panel && panel.sessionContext && panel.sessionContext.session &&
    panel.sessionContext.session.kernel;
  return kernel ? `${kernel.connectionStatus} ${kernel.status}` : 'none';
}"""
_OUTPUTS = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells;
  return cells.filter(c => c.cell_type === 'code').map(c => ({
    id: c.id, source: c.source, count: c.execution_count,
    errors: c.outputs.filter(o => o.output_type === 'error').map(o => `${o.ename}: ${o.evalue}`),
    texts: c.outputs.map(o => [((o.data || o)['text/plain'] || o.text || '')].flat().join('')),
  }));
}"""
# The code cell of that number, counted without text, becomes the active one.
_SHOW = """async number => {
  const content = window.jupyterapp.shell.currentWidget.content;
  const index = content.widgets.map((w, i) => w.model.type === 'code' ? i : -1)
    .filter(i => i >= 0)[number];
  content.deselectAll();
  content.activeCellIndex = index;
  await content.scrollToItem(index, 'smart').catch(() => {});
}"""
_RUN = """source => {
  const cell = window.jupyterapp.shell.currentWidget.content.activeCell;
  if (cell.model.sharedModel.source !== source) cell.model.sharedModel.setSource(source);
  cell.model.sharedModel.execution_count = null;
  window.jupyterapp.commands.execute('notebook:run-cell');
}"""


class OpenNotebook:
    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.wait_for("connected idle", 60)

    def wait_for(self, state: str, seconds: float) -> None:
        self.page.wait_for_function(
            f"() => ({_STATE})() === {state!r}", timeout=seconds * 1000, polling=200
        )

    def theme(self, name: str) -> None:
        """Switch to `JupyterLab Light` or `JupyterLab Dark`."""
        self.page.evaluate(
            "theme => { window.jupyterapp.commands.execute('apputils:change-theme', { theme }); }",
            name,
        )
        dark = "false" if "Dark" in name else "true"
        self.page.wait_for_selector(
            f"body[data-jp-theme-light={dark!r}]", state="attached", timeout=20_000
        )
        # a curtain hangs before the page while the theme changes
        self.page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=20_000)

    def run_all(self, seconds: float) -> list[dict[str, Any]]:
        """Run every cell until the last, or the first that fails; the code cells with errors."""
        self.page.evaluate(
            "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
        )
        self.page.wait_for_function(
            f"() => {{ const cells = ({_OUTPUTS})();"
            " return (cells.some(c => c.errors.length)"
            "   || cells.every(c => c.count || !c.source.trim()))"
            f" && ({_STATE})() === 'connected idle'; }}",
            timeout=seconds * 1000,
            polling=500,
        )
        return self.cells()

    def run_cell(self, number: int, source: str, seconds: float) -> dict[str, Any]:
        """Write a code cell as a learner would, and run it to its end."""
        self.page.evaluate(_SHOW, number)
        self.page.evaluate(_RUN, source)
        self.page.wait_for_function(
            f"number => ({_OUTPUTS})()[number].count && ({_STATE})() === 'connected idle'",
            arg=number,
            timeout=seconds * 1000,
            polling=100,
        )
        return self.cells()[number]

    def output(self, number: int, selector: str) -> Any:
        """The first such thing in what a code cell shows, drawn and in view."""
        self.page.evaluate(_SHOW, number)
        found = self.page.locator(f".jp-Notebook .jp-Cell.jp-mod-active {selector}").first
        found.wait_for(timeout=30_000)
        found.scroll_into_view_if_needed()
        return found

    def outputs(self) -> Iterator[Any]:
        """What each code cell shows, drawn and in view, from top to bottom."""
        shown = self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active .jp-Cell-outputArea")
        for number, cell in enumerate(self.cells()):
            if cell["texts"]:
                self.page.evaluate(_SHOW, number)
                yield shown

    def finished(self) -> list[dict[str, Any]]:
        """Save the notebook; its code cells."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        return self.cells()

    def cells(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(_OUTPUTS)
        return found

    def scroll_to(self, selector: str) -> Any:
        """Bring something into view: JupyterLab draws only cells that are near the window."""
        panel = self.page.locator(".jp-WindowedPanel-outer").first
        for step in range(200):
            found = self.page.locator(selector)
            if found.count():
                found.first.scroll_into_view_if_needed()
                return found.first
            panel.evaluate("(node, top) => { node.scrollTop = top; }", step * 600)
            self.page.wait_for_timeout(80)
        raise AssertionError(f"{selector} is nowhere in the notebook")
