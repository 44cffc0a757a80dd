"""The scoreboard: every requirement's finding, on what is deployed or on the monolith."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from orderlab.requirements.experiments import EXPERIMENTS
from orderlab.requirements.finding import Finding
from orderlab.requirements.system import System
from orderlab.showing.html_text import html_text

if TYPE_CHECKING:
    from orderlab.target.base import Target

ALL = tuple(EXPERIMENTS)
_SIGNS = {"green": "● green", "amber": "◐ amber", "red": "○ red"}
_COLOURS = {
    "green": "var(--jp-success-color1, #1b7f3b)",
    "amber": "var(--jp-warn-color1, #b35900)",
    "red": "var(--jp-error-color1, #b3261e)",
}


class Scoreboard:
    """Findings, with a plain and a rich form."""

    def __init__(self, system: str, findings: Sequence[Finding]) -> None:
        self.system, self.findings = system, tuple(findings)

    def colours(self) -> dict[str, str]:
        """The colour of each requirement."""
        return {finding.requirement: finding.colour for finding in self.findings}

    def __repr__(self) -> str:
        lines = [f"Scoreboard of {self.system}"]
        for f in self.findings:
            lines.append(f"{f.requirement} {_SIGNS[f.colour]:<8} {f.title}: {f.number}")
            lines.append(f"            {f.how}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        rows = "".join(
            f'<tr><th scope="row">{f.requirement}</th>'
            f'<td style="text-align:left;border-left:5px solid {_COLOURS[f.colour]};'
            f'font-weight:600;white-space:nowrap">{_SIGNS[f.colour]}</td>'
            f'<td style="text-align:left">{html_text(f.title)}</td>'
            f'<td style="text-align:left">{html_text(f.number)}</td>'
            f'<td style="text-align:left">{html_text(f.how)}</td></tr>'
            for f in self.findings
        )
        head = "".join(
            f'<th scope="col" style="text-align:left">{name}</th>'
            for name in ("", "now", "requirement", "number", "how it was measured")
        )
        table = (
            f"<table><caption>Scoreboard of {html_text(self.system)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )
        return {"text/plain": repr(self), "text/html": table}


def run_experiments(system: System, wanted: Iterable[str] = ALL) -> Scoreboard:
    """Run the experiments of the wanted requirements on a system, one after the other."""
    return Scoreboard(system.name, [EXPERIMENTS[name](system) for name in wanted])


def scoreboard(target: Target, wanted: Iterable[str] = ALL) -> Scoreboard:
    """Run the experiments on what is deployed now. Sends real orders, which stay in the tables.

    Raises LearnerError if there is no API to send them to.
    """
    from orderlab.requirements.on_the_cloud import CloudSystem

    return run_experiments(CloudSystem(target), wanted)


def monolith_scoreboard(wanted: Iterable[str] = ALL) -> Scoreboard:
    """Run the experiments on a monolith that is started for them and stopped again."""
    from orderlab.orders.monolith import Monolith
    from orderlab.requirements.on_the_monolith import MonolithSystem

    with Monolith() as monolith:
        return run_experiments(MonolithSystem(monolith), wanted)
