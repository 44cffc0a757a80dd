"""The bar of a replay can be read in a notebook of either theme."""

from __future__ import annotations

import pytest
from rich.console import Console

from orderlab.orders import progress_bar

STYLES = {"bar.complete", "bar.finished", "progress.download", "progress.elapsed"}


@pytest.mark.parametrize("in_a_notebook", [True, False])
def test_a_notebooks_bar_has_the_ink_of_the_page(
    monkeypatch: pytest.MonkeyPatch, in_a_notebook: bool
) -> None:
    usual = Console(force_jupyter=in_a_notebook, no_color=False)
    monkeypatch.setattr(progress_bar, "get_console", lambda: usual)
    console = progress_bar._console()
    assert console.no_color is in_a_notebook
    coloured = {name for name in STYLES if console.get_style(name).color is not None}
    assert coloured == (set() if in_a_notebook else STYLES)
