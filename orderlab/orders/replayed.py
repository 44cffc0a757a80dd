"""What a replay of orders came to."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from orderlab.orders.reading import MalformedLine
from orderlab.showing.exportable import Exportable
from orderlab.showing.picture import Picture
from orderlab.showing.plots import line_plot
from orderlab.showing.table import Table


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that was not accepted. `status` is 0 if there was no answer at all."""

    number: int
    order_id: str
    status: int
    reason: str


def answers_table(
    accepted: Sequence[str], answer_ms: Sequence[float], refused: Iterable[Refused]
) -> Table:
    """Orders that were sent, a row each: the accepted ones with their time to the answer."""
    rows: list[dict[str, object]] = [
        {"order": order, "answer": "accepted", "ms": round(took, 3)}
        for order, took in zip(accepted, answer_ms, strict=False)
    ]
    rows += [
        {"order": each.order_id, "answer": f"{each.status} {each.reason}".strip(), "ms": None}
        for each in refused
    ]
    return Table(rows, ["order", "answer", "ms"], caption="Orders sent")


def answers_plot(answer_ms: Sequence[float], seconds: float) -> Picture | None:
    """The time to the answer, from the quickest order to the slowest; None without any."""
    if not answer_ms:
        return None
    return line_plot(
        "Time to answer, from the quickest order to the slowest",
        {"ms to the answer": sorted(answer_ms)},
        x_label="orders",
        y_label="ms",
        seconds=seconds,
    )


@dataclass
class Replayed(Exportable):
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

    def exported_table(self) -> Table:
        """Each order, what became of it, and after how many milliseconds."""
        return answers_table(self.accepted, self.answer_ms, self.refused)

    def exported_plot(self) -> Picture | None:
        """The time to the answer, from the quickest order to the slowest."""
        return answers_plot(self.answer_ms, self.seconds)

    @property
    def handled(self) -> int:
        """How many lines of the file are done with, whatever became of them."""
        return len(self.accepted) + len(self.refused) + len(self.malformed)


# is called with the outcome so far after every order
OnProgress = Callable[[Replayed], None]
