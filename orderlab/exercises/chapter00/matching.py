"""Exercises that match things: what is shared by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.exercises.engine import Outcome, wrong


def unreadable(answer: Any, keys: Mapping[str, str], allowed: tuple[str, ...]) -> Outcome | None:
    """A verdict on an answer that is no complete mapping of `keys` to allowed values."""
    if not isinstance(answer, Mapping):
        return wrong(
            "another form",
            "I need a dictionary.",
            got=type(answer).__name__,
            expected=f"a value for each of {', '.join(keys)}",
        )
    missing = [key for key in keys if not answer.get(key)]
    if missing:
        return wrong(
            "something is open",
            f"No choice yet for: {', '.join(missing)}.",
            expected=f"one of {', '.join(allowed)} for each",
        )
    strange = {str(value) for key, value in answer.items() if str(value) not in allowed}
    if strange:
        return wrong(
            "an unknown word",
            f"I don't know {', '.join(sorted(strange))}.",
            expected=f"one of {', '.join(allowed)}",
        )
    return None


def normalised(answer: Any) -> Any:
    """The answer with its values as plain words: ` r1` is R1, `Rewrite` is rewrite."""
    if not isinstance(answer, Mapping):
        return answer
    return {str(key): str(value).strip() if value else value for key, value in answer.items()}
