"""What comes of a check: a value, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from orderlab.exercises.engine import card
from orderlab.showing.html_text import html_text

Kind = Literal["untouched", "wrong", "right", "lab_fault"]


@dataclass(frozen=True)
class Outcome:
    """One verdict and what it stands on.

    `looked_at`, `expected` and `got` are sentences or short values; `next` is the next thing to
    try. `misconception` names the wrong attempt that the check recognised.
    """

    kind: Kind
    message: str
    looked_at: str = ""
    expected: str = ""
    got: str = ""
    next: str = ""
    misconception: str = ""
    exercise: str = ""

    def rows(self) -> list[tuple[str, str]]:
        """What is shown under the message, without what was left empty."""
        rows = [
            ("Looked at", self.looked_at),
            ("Expected", self.expected),
            ("Got", self.got),
            ("Next", self.next),
        ]
        return [(label, text) for label, text in rows if text]

    def __str__(self) -> str:
        title = f"{self.exercise} {card.LABELS[self.kind]}".strip()
        lines = [f"{title}: {self.message}"]
        lines += [f"  {label + ':':<10} {text}" for label, text in self.rows()]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        rows = [(label, html_text(text)) for label, text in self.rows()]
        return {
            "text/plain": str(self),
            "text/html": card.card(self.kind, self.exercise, html_text(self.message), rows),
        }


def untouched(message: str, *, next: str = "") -> Outcome:
    """Nothing was tried yet; never shown as wrong."""
    return Outcome("untouched", message, next=next)


def wrong(
    misconception: str,
    message: str,
    *,
    looked_at: str = "",
    expected: str = "",
    got: str = "",
    next: str = "",
) -> Outcome:
    """Tried, and not there yet. `misconception` is its name, such as `the other clock`."""
    return Outcome("wrong", message, looked_at, expected, got, next, misconception)


def right(message: str, *, looked_at: str = "", got: str = "", next: str = "") -> Outcome:
    """It holds; the message says why it is right, not that it is."""
    return Outcome("right", message, looked_at, "", got, next)


def lab_fault(message: str) -> Outcome:
    """Something of ours failed; the learner's work is neither right nor wrong."""
    return Outcome(
        "lab_fault",
        message,
        next="This is not about your code. Run the check again; `orderlab doctor` says more.",
    )
