"""Predict, then run: a choice that is kept, and compared with what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets

from orderlab.exercises.engine import card
from orderlab.progress import Progress
from orderlab.showing.html_text import html_text


class Prediction:
    """One prediction. It is not graded; a later cell compares it with what happened."""

    def __init__(
        self, identifier: str, question: str, options: Sequence[str], progress: Progress
    ) -> None:
        self.id, self.question, self.options = identifier, question, tuple(options)
        self._progress = progress
        kept = progress.prediction(identifier)
        self.buttons = ipywidgets.RadioButtons(
            options=list(options),
            value=kept if kept in options else None,
            layout=ipywidgets.Layout(width="auto"),
        )
        self.buttons.observe(self._keep, names="value")
        asked = ipywidgets.HTML(f"<strong>Predict:</strong> {html_text(question)}")
        self.widget = ipywidgets.VBox([asked, self.buttons])

    def _keep(self, change: Any) -> None:
        if change["new"] is not None:
            self._progress.predicted(self.id, change["new"])

    @property
    def choice(self) -> str | None:
        """What was chosen, or None."""
        value: str | None = self.buttons.value
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


class Comparison:
    """A guess beside what happened, and why."""

    def __init__(self, guess: str | None, happened: str, because: str) -> None:
        self.guess, self.happened, self.because = guess, happened, because

    def __repr__(self) -> str:
        said = f'You said "{self.guess}".' if self.guess else "You made no guess."
        was = "It was" if self.guess != self.happened else "So it was:"
        return f"{said} {was} {self.happened}, because {self.because}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        shown = card.card("note", "Your guess", html_text(repr(self)), [])
        return {"text/plain": repr(self), "text/html": shown}
