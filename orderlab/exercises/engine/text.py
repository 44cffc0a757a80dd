"""A hint, a solution or a note: a piece of text with a plain form and a card."""

from __future__ import annotations

from typing import Any

from orderlab.exercises.engine import card
from orderlab.showing.code import code_html
from orderlab.showing.html_text import html_text


class Text:
    """A piece of text with a plain form and a card; code is highlighted."""

    def __init__(self, kind: str, exercise: str, text: str, *, code: bool = False) -> None:
        self._kind, self._exercise, self._text, self._code = kind, exercise, text, code

    def __repr__(self) -> str:
        return f"{self._exercise} {card.LABELS[self._kind]}: {self._text}"

    @property
    def text(self) -> str:
        """The text alone."""
        return self._text

    def html(self) -> str:
        """The card."""
        body = code_html(self._text) if self._code else html_text(self._text)
        return card.card(self._kind, self._exercise, body, [])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}
