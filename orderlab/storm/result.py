"""What a storm found: a card, in words and as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.drawing.sequence import Sequence as Diagram
from orderlab.errors import LearnerError
from orderlab.showing.exportable import Exportable
from orderlab.showing.html_text import html_text
from orderlab.showing.picture import Picture
from orderlab.showing.plots import stated
from orderlab.showing.table import Table
from orderlab.storm.checker import PROMISES, Broken, Record, first_of, listed
from orderlab.storm.plan import Plan
from orderlab.storm.story import tell

_GOOD = "var(--jp-success-color1, #1b7f3b)"
_BAD = "var(--jp-error-color1, #b3261e)"


class Storm(Exportable):
    """A storm that is over: `kept` and `broken` promises, and the `first` that was broken.

    `broken` has for each promise the orders that it was broken for, the lowest number first;
    `also_on` are faults that were on before. `sequence()` draws the way of the first one's order,
    `sequence("once")` that of another promise.
    """

    def __init__(
        self,
        plan: Plan,
        faults: Sequence[tuple[str, int]],
        record: Record,
        broken: Mapping[str, Sequence[Broken]],
        seconds: float,
        also_on: Sequence[str] = (),
    ) -> None:
        self.plan, self.record, self.seconds = plan, record, seconds
        self.also_on = list(also_on)
        self.faults = dict(faults)
        self.broken = {promise: list(broken[promise]) for promise in PROMISES}

    @property
    def first(self) -> Broken | None:
        """The broken promise of the order with the lowest number; None if all were kept."""
        return first_of(self.broken)

    @property
    def kept(self) -> list[str]:
        """The promises that were kept."""
        return [promise for promise in PROMISES if not self.broken[promise]]

    @property
    def all_kept(self) -> bool:
        return len(self.kept) == len(PROMISES)

    @property
    def timed_out(self) -> int:
        """Invocations that ran into their timeout although the storm did not strike them: where
        there are any, this machine may have had too much to do."""
        hops = {hop for found in self.record.evidence.hops.values() for hop in found}
        return sum(hop.outcome == "Sandbox.Timedout" and not hop.fault for hop in hops)

    def sequence(self, promise: str | None = None) -> Picture:
        """The way of the first order for which a promise was broken.

        Raises LearnerError if it was kept, or there is no such promise.
        """
        diagram = self._diagram(promise)
        if diagram is None:
            raise LearnerError("Every promise was kept: there is nothing to draw.")
        return diagram.picture()

    def _diagram(self, promise: str | None) -> Diagram | None:
        if promise is None:
            return tell(self.record, self.first) if self.first else None
        if promise not in PROMISES:
            raise LearnerError(
                f"There is no promise {promise!r}.", advice=f"There are: {', '.join(PROMISES)}."
            )
        found = self.broken[promise]
        if not found:
            raise LearnerError(f"This promise was kept: {PROMISES[promise].lower()}.")
        return tell(self.record, found[0])

    def exported_table(self) -> Table:
        """The promises, and for how many orders each was broken."""
        rows = [
            {
                "promise": title,
                "verdict": "broken" if self.broken[promise] else "kept",
                "orders": len({each.number for each in self.broken[promise]}),
                "first": self.broken[promise][0].said if self.broken[promise] else "",
            }
            for promise, title in PROMISES.items()
        ]
        told = stated(self.plan.orders, self.plan.seed, self.seconds)
        return Table(rows, caption=f"Storm: {told}; faults: {self._faults()}")

    # --- the card ---

    def _heading(self) -> str:
        count = self.plan.orders
        faults = sum(self.faults.values())
        return f"Storm {self.plan.seed}: {count:,} orders, {faults} faults"

    def _faults(self) -> str:
        return ", ".join(f"{count} {word}" for word, count in self.faults.items()) or "none"

    def _verdict(self, promise: str) -> str:
        broken = self.broken[promise]
        if not broken:
            return "kept"
        orders = len({each.number for each in broken})
        return f"broken for {orders} order{'' if orders == 1 else 's'}, first for {_number(broken)}"

    def _summary(self) -> str:
        services = listed([each.name for each in self.record.parts.services]) or "no service"
        said = f"Compared: what customers were told, and what {services} applied."
        if self.timed_out:
            many = "1 invocation" if self.timed_out == 1 else f"{self.timed_out} invocations"
            said += f" {many} timed out though the storm did not strike."
        if self.also_on:
            said += f" On before the storm, and still on: {listed(self.also_on)}."
        return said

    def __repr__(self) -> str:
        lines = [self._heading(), f"faults: {self._faults()}", self._summary()]
        for promise, title in PROMISES.items():
            sign = "✗" if self.broken[promise] else "✓"
            lines.append(f"{sign} {title}: {self._verdict(promise)}")
            lines += [f"  {each.said}" for each in self.broken[promise][:1]]
        diagram = self._diagram(None)
        if diagram is not None:
            lines += ["", f"The way of order {self.first.number}:" if self.first else ""]
            lines += diagram.lines()
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> str:
        edge = _GOOD if self.all_kept else _BAD
        rows = "".join(self._row(promise) for promise in PROMISES)
        table = (
            '<table style="border:none;margin:6px 0;color:inherit">'
            '<caption style="text-align:left;color:inherit">Promises to the customers</caption>'
            f"{rows}</table>"
        )
        return (
            f'<section style="border-left:5px solid {edge};padding:6px 12px;margin:4px 0;'
            "color:var(--jp-content-font-color1, inherit);"
            'font-family:var(--jp-content-font-family, sans-serif)">'
            f"<strong>{html_text(self._heading())}</strong>"
            f"<div>{html_text(self._faults())}</div><div>{html_text(self._summary())}</div>"
            f"{table}{self._pictures()}</section>"
        )

    def _row(self, promise: str) -> str:
        broken = self.broken[promise]
        sign = "✗" if broken else "✓"
        return (
            '<tr style="background:none">'
            f'<td aria-hidden="true" style="font-weight:700">{sign}</td>'
            '<th scope="row" style="text-align:left;font-weight:400">'
            f"{html_text(PROMISES[promise])}</th>"
            f'<td style="text-align:left;font-weight:600">{html_text(self._verdict(promise))}</td>'
            "</tr>"
        )

    def _pictures(self) -> str:
        """The first broken promise's order; those of the others can be opened."""
        first = self.first
        if first is None:
            return ""
        drawn = [_figure(self._diagram(None))]
        for promise in PROMISES:
            if promise != first.promise and self.broken[promise]:
                said = f"{PROMISES[promise]}: {self.broken[promise][0].said}"
                drawn.append(
                    f'<details><summary style="cursor:pointer">{html_text(said)}</summary>'
                    f"{_figure(self._diagram(promise))}</details>"
                )
        return "".join(drawn)


def _number(broken: Sequence[Broken]) -> str:
    return f"order {broken[0].number}"


def _figure(diagram: Diagram | None) -> str:
    return diagram.picture()._repr_mimebundle_()["text/html"] if diagram else ""
