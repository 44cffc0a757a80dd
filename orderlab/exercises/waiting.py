"""A sign that a check is at work while messages travel."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any


def sign_of_progress(text: str) -> Callable[[], None]:
    """Show `text` in the notebook; call what is returned to take it away again.

    A widget is used, not a print: it leaves no output behind. Outside a notebook nothing is shown.
    """
    try:
        import ipywidgets
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return _nothing
    if get_ipython() is None or "IPKernelApp" not in get_ipython().config:
        return _nothing
    sign: Any = ipywidgets.Label(value=text)
    display(sign)

    def take_away() -> None:
        # hidden, not closed: JupyterLab trips over a view that goes while it is being drawn
        sign.layout.display = "none"

    return take_away


def _nothing() -> None:
    pass


@contextlib.contextmanager
def sign_of_life(text: str) -> Iterator[None]:
    """Show `text` while the block runs."""
    take_away = sign_of_progress(text)
    try:
        yield
    finally:
        take_away()
