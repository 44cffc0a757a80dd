"""What a replay of orders came to."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

from orderlab.orders.reading import MalformedLine


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that was not accepted. `status` is 0 if there was no answer at all."""

    number: int
    order_id: str
    status: int
    reason: str


@dataclass
class Replayed:
    """The outcome of a replay so far.

    `answer_ms` holds, for each accepted order, the milliseconds from the moment it was due to be
    sent to the answer that accepted it, repeats included.
    """

    accepted: list[str] = field(default_factory=list)
    answer_ms: array[float] = field(default_factory=lambda: array("d"))
    refused: list[Refused] = field(default_factory=list)
    malformed: list[MalformedLine] = field(default_factory=list)
    repeats: int = 0
    seconds: float = 0.0

    @property
    def handled(self) -> int:
        """How many lines of the file are done with, whatever became of them."""
        return len(self.accepted) + len(self.refused) + len(self.malformed)


# is called with the outcome so far after every order
OnProgress = Callable[[Replayed], None]
