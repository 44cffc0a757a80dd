"""A line that says how far something is, and is gone when it is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# often enough to see that it goes on, seldom enough to cost nothing
EVERY_SECONDS = 0.25

Say = Callable[[str], None]


@contextmanager
def sign_of_life(text: str) -> Iterator[Say]:
    """Show `text`, and what the yielded function is called with after it.

    In a notebook it is a widget, which leaves no output behind; in a terminal one line that is
    written over; elsewhere nothing.
    """
    show, take_away = _place(text)
    last = time.monotonic()

    def say(words: str) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_SECONDS:
            last = time.monotonic()
            show(words)

    try:
        yield say
    finally:
        take_away()


def _place(text: str) -> tuple[Say, Callable[[], None]]:
    label = label_in_notebook(text)
    if label is not None:
        return lambda words: setattr(label, "value", words), lambda: hide(label)
    if sys.stderr.isatty():
        _overwrite(text)
        return _overwrite, lambda: _overwrite("")
    return lambda words: None, lambda: None


def label_in_notebook(text: str) -> Any:
    """A widget in the cell, None outside a notebook."""
    try:
        import ipywidgets
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return None
    if get_ipython() is None or "IPKernelApp" not in get_ipython().config:
        return None

    class Sign(ipywidgets.Label):  # type: ignore[misc]
        def __repr__(self) -> str:
            # what stands in a saved notebook, where no widget is drawn
            return str(self.value)

    label = Sign(value=text)
    display(label)
    return label


def hide(label: Any) -> None:
    # hidden, not closed: JupyterLab trips over a view that goes while it is being drawn
    label.layout.display = "none"


def _overwrite(text: str) -> None:
    sys.stderr.write(f"\r\x1b[2K{text}")
    sys.stderr.flush()
