"""The scoreboard: every requirement's finding, with its memory of the earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orderlab.requirements.experiments import EXPERIMENTS
from orderlab.requirements.finding import TITLES, Finding
from orderlab.requirements.memory import Remembered
from orderlab.requirements.reasons import reason
from orderlab.requirements.system import System
from orderlab.showing.exportable import Exportable
from orderlab.showing.html_text import html_text
from orderlab.showing.table import Table

if TYPE_CHECKING:
    from orderlab.aws_target.base import Target

ALL = tuple(EXPERIMENTS)
_SIGNS = {"green": "● green", "amber": "◐ amber", "red": "○ red"}
_COLOURS = {
    "green": "var(--jp-success-color1, #1b7f3b)",
    "amber": "var(--jp-warn-color1, #b35900)",
    "red": "var(--jp-error-color1, #b3261e)",
}
Tell = Callable[[str], None]


class Scoreboard(Exportable):
    """Findings beside those of the monolith and of the chapter before."""

    def __init__(
        self,
        system: str,
        findings: Sequence[Finding],
        *,
        chapter: int = 0,
        monolith: Mapping[str, Remembered] | None = None,
        before: Mapping[str, Remembered] | None = None,
    ) -> None:
        self.system, self.findings, self.chapter = system, tuple(findings), chapter
        self._monolith, self._before = monolith or {}, before or {}

    def colours(self) -> dict[str, str]:
        """The colour of each requirement."""
        return {finding.requirement: finding.colour for finding in self.findings}

    def exported_table(self) -> Table:
        """The findings, with what earlier scoreboards said."""
        rows = [
            {
                "requirement": f"{f.requirement} {f.title}",
                "monolith": _colour(self._monolith.get(f.requirement)),
                "before": _colour(self._before.get(f.requirement)),
                "now": f.colour,
                "number": f.number,
                "why": self.why(f) or f.how,
            }
            for f in self.findings
        ]
        return Table(rows, caption=f"Scoreboard of {self.system}, chapter {self.chapter:02d}")

    def why(self, finding: Finding) -> str:
        """Why it has its colour: what the run found, or what the chapter changed."""
        return finding.partly or reason(self.chapter, finding.requirement, finding.colour)

    def __repr__(self) -> str:
        lines = [f"Scoreboard of {self.system}"]
        for f in self.findings:
            lines.append(f"{f.requirement} {_SIGNS[f.colour]:<8} {f.title}: {f.number}")
            lines.append(f"            {self._journey(f)}{self.why(f) or f.how}")
        return "\n".join(lines)

    def _journey(self, finding: Finding) -> str:
        """`the monolith red, chapter 02 amber. ` where there is a memory."""
        code, steps = finding.requirement, []
        if code in self._monolith:
            steps.append(f"monolith {self._monolith[code].colour}")
        if code in self._before and self.chapter > 1:
            steps.append(f"chapter {self.chapter - 1:02d} {self._before[code].colour}")
        return f"{', '.join(steps)}, now {finding.colour}. " if steps else ""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        titles = ["", "requirement"]
        if self._monolith:
            titles.append("the monolith")
        if self._before and self.chapter > 1:
            titles.append(f"chapter {self.chapter - 1:02d}")
        titles += ["now", "why", "how it was measured"]
        head = "".join(f'<th scope="col" style="text-align:left">{name}</th>' for name in titles)
        rows = "".join(self._row(f) for f in self.findings)
        table = (
            f"<table><caption>Scoreboard of {html_text(self.system)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )
        return {"text/plain": repr(self), "text/html": table}

    def _row(self, f: Finding) -> str:
        cells = [_cell(html_text(TITLES[f.requirement]))]
        if self._monolith:
            cells.append(_remembered(self._monolith.get(f.requirement)))
        if self._before and self.chapter > 1:
            cells.append(_remembered(self._before.get(f.requirement)))
        cells.append(_coloured(f.colour, f.number))
        cells += [_cell(html_text(self.why(f))), _cell(html_text(f.how))]
        return f'<tr><th scope="row">{f.requirement}</th>{"".join(cells)}</tr>'


def _colour(kept: Remembered | None) -> str:
    return kept.colour if kept else ""


def _cell(html: str) -> str:
    return f'<td style="text-align:left;vertical-align:top">{html}</td>'


def _coloured(colour: str, number: str) -> str:
    return (
        f'<td style="text-align:left;vertical-align:top;border-left:5px solid {_COLOURS[colour]}">'
        f"<strong>{_SIGNS[colour]}</strong><br>{html_text(number)}</td>"
    )


def _remembered(kept: Remembered | None) -> str:
    return _coloured(kept.colour, kept.number) if kept else _cell("")


def run_experiments(
    system: System, wanted: Iterable[str] = ALL, tell: Tell = lambda _: None
) -> list[Finding]:
    """Run the experiments of the wanted requirements on a system, one after the other.

    `tell` is called with a line before each, as a sign of life.
    """
    findings = []
    for name in wanted:
        tell(f"{name}: {TITLES[name]} ...")
        findings.append(EXPERIMENTS[name](system))
    return findings


def on_what_is_deployed(
    target: Target, wanted: Iterable[str] = ALL, tell: Tell = lambda _: None
) -> list[Finding]:
    """Run the experiments on what is deployed now. Sends real orders, which stay in the tables.

    Raises LearnerError if there is no API to send them to.
    """
    from orderlab.requirements.on_the_cloud import CloudSystem

    return run_experiments(CloudSystem(target), wanted, tell)


def on_the_monolith(wanted: Iterable[str] = ALL, tell: Tell = lambda _: None) -> list[Finding]:
    """Run the experiments on a monolith that is started for them and stopped again."""
    from orderlab.orders.monolith import Monolith
    from orderlab.requirements.on_the_monolith import MonolithSystem

    with Monolith() as monolith:
        return run_experiments(MonolithSystem(monolith), wanted, tell)
