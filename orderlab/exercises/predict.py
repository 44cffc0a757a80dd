"""Predict, then run: a choice that is kept, and looked at again after the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets

from orderlab.exercises.engine import card
from orderlab.progress import Progress
from orderlab.showing.html_text import html_text


class Prediction:
    """One prediction. Nothing is right or wrong here; the next cell tells."""

    def __init__(
        self, identifier: str, question: str, options: Sequence[str], progress: Progress
    ) -> None:
        self.id, self.question, self.options = identifier, question, tuple(options)
        self._progress = progress
        kept = progress.prediction(identifier)
        self.widget = ipywidgets.RadioButtons(
            options=list(options),
            value=kept if kept in options else None,
            layout=ipywidgets.Layout(width="auto"),
        )
        self.widget.observe(self._keep, names="value")

    def _keep(self, change: Any) -> None:
        if change["new"] is not None:
            self._progress.predicted(self.id, change["new"])

    @property
    def choice(self) -> str | None:
        """What was chosen, or None."""
        value: str | None = self.widget.value
        return value

    def __repr__(self) -> str:
        choices = "\n".join(f"  ( ) {option}" for option in self.options)
        return f"Predict: {self.question}\n{choices}"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        items = "".join(f"<li>{html_text(option)}</li>" for option in self.options)
        static = card.card("note", "Predict", f"{html_text(self.question)}<ul>{items}</ul>", [])
        return {**(data or {}), "text/plain": repr(self), "text/html": static}, metadata
