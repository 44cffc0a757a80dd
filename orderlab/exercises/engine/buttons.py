"""Buttons under a card: the next hint, the solution, and again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from orderlab.exercises.engine.text import Text

_HERE = Path(__file__).parent


class CardWidget(anywidget.AnyWidget):  # type: ignore[misc]
    """A card with its buttons; what they bring is listed below it."""

    _esm = _HERE / "buttons.js"
    _css = _HERE / "buttons.css"
    card = traitlets.Unicode().tag(sync=True)
    shown = traitlets.List().tag(sync=True)


def with_buttons(attempt: Any, static: dict[str, str], options: dict[str, Any]) -> Any:
    """The card in `static` as a widget with buttons, beside its static form for other viewers."""
    widget = CardWidget(card=static["text/html"])

    def pressed(_: Any, message: Any, __: Any) -> None:
        answer = _answer(attempt, message.get("wanted"))
        if answer is not None:
            code = answer.text if message["wanted"] == "solution" else ""
            entry = {"html": answer.html(), "code": code}
            # what is asked for twice stands once, as the newest
            widget.shown = [*(each for each in widget.shown if each != entry), entry]

    widget.on_msg(pressed)
    bundle = widget._repr_mimebundle_(**options)
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    return {**(data or {}), **static}, metadata


def _answer(attempt: Any, wanted: Any) -> Text | None:
    if wanted == "hint":
        return attempt.hint()  # type: ignore[no-any-return]
    if wanted == "solution":
        return attempt.solution()  # type: ignore[no-any-return]
    if wanted == "again":
        return attempt.again().note()  # type: ignore[no-any-return]
    return None
