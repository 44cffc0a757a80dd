"""A sign that a check is at work while messages travel."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from orderlab.showing.sign_of_life import hide, label_in_notebook


def sign_of_progress(text: str) -> Callable[[], None]:
    """Show `text` in the notebook; call what is returned to take it away again.

    A widget is used, not a print: it leaves no output behind. Outside a notebook nothing is shown.
    """
    label = label_in_notebook(text)
    return _nothing if label is None else lambda: hide(label)


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
