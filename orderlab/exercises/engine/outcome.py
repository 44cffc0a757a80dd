"""What comes of a check: a value, never an exception."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from orderlab.exercises.engine import card
from orderlab.showing.html_text import html_text

Kind = Literal["untouched", "wrong", "right", "caught_up", "lab_fault", "not_here"]


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
    # What still stands from an earlier try and is not what is wanted, and how to take it away.
    stands: str = ""
    # The attempt that was judged: its card has buttons for the next hint, the solution, again.
    attempt: Any = field(default=None, repr=False, compare=False)

    def rows(self) -> list[tuple[str, str]]:
        """What is shown under the message, without what was left empty."""
        rows = [
            ("Looked at", self.looked_at),
            ("Expected", self.expected),
            ("Got", self.got),
            ("Still there", self.stands),
            ("Next", self.next),
        ]
        return [(label, text) for label, text in rows if text]

    def __str__(self) -> str:
        title = f"{self.exercise} {card.LABELS[self.kind]}".strip()
        lines = [f"{title}: {self.message}"]
        lines += [f"  {label + ':':<10} {text}" for label, text in self.rows()]
        return "\n".join(lines)

    __repr__ = __str__

    def html(self) -> str:
        """The card, without buttons."""
        rows = [(label, html_text(text)) for label, text in self.rows()]
        return card.card(self.kind, self.exercise, html_text(self.message), rows)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        static = {"text/plain": str(self), "text/html": self.html()}
        if self.attempt is None or self.kind == "right":
            return static
        from orderlab.exercises.engine.buttons import with_buttons

        return with_buttons(self.attempt, static, options)


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
    stands: str = "",
) -> Outcome:
    """Tried, and not there yet. `misconception` is its name, such as `the other clock`.

    `stands` says what is left of an earlier try: "`orders` has the sort key placed_at. Take it away
    with `ex.again()`."
    """
    return Outcome("wrong", message, looked_at, expected, got, next, misconception, stands=stands)


def right(message: str, *, looked_at: str = "", got: str = "", next: str = "") -> Outcome:
    """It holds; the message says why it is right, not that it is."""
    return Outcome("right", message, looked_at, "", got, next)


def caught_up(outcome: Outcome) -> Outcome:
    """What stands was built by the lab; only a try of the learner's own earns the tick."""
    return replace(
        outcome,
        kind="caught_up",
        message="This is the reference solution, which `lab.catch_up()` built for you.",
        next="To solve it yourself: `ex.again()` takes it away, then run the exercise's cell.",
    )


def unreadable(why: str) -> Outcome:
    """An answer in a form that the check cannot read."""
    return wrong(
        "an answer that cannot be read",
        why,
        next="Give it in the form that the exercise asks for, and check again.",
    )


def not_here(message: str) -> Outcome:
    """The check needs what the target does not have; nothing was judged."""
    return Outcome("not_here", message)


def lab_fault(message: str, *, next: str = "") -> Outcome:
    """Something of ours failed; the learner's work is neither right nor wrong."""
    return Outcome(
        "lab_fault",
        message,
        next=next
        or "This is not about your code. Run the check again; `orderlab doctor` says more.",
    )
