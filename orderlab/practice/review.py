"""A Well-Architected review: six pillars' questions, your answers, and a page of them."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orderlab.cloud.private_files import write_private
from orderlab.errors import LearnerError
from orderlab.progress import Progress
from orderlab.showing.exportable import Exportable
from orderlab.showing.html_text import html_text
from orderlab.showing.table import Table

NOTE = "review"
RISKS = ("high", "medium", "low")
_MOST_LETTERS = 2000


@dataclass(frozen=True)
class Pillar:
    """One pillar: its question, in our words, and where the course measured something of it."""

    name: str
    question: str
    evidence: str


PILLARS = (
    Pillar(
        "operational excellence",
        "How do you learn that a part fails, and what do you do then?",
        "R4: an order's whole path, an alarm for each part (3.11, 4.9)",
    ),
    Pillar(
        "security",
        "Who may do what, and what would a stolen role get?",
        "each function's role and each queue's policy (1.4, 3.5)",
    ),
    Pillar(
        "reliability",
        "What happens when a part fails, and how do you know?",
        "R1 and R2; the storm (4.12, 7.1)",
    ),
    Pillar(
        "performance efficiency",
        "Is it as fast as it has to be, where nobody looks?",
        "R6; percentiles, not means (4.1)",
    ),
    Pillar(
        "cost optimization",
        "What does the bill pay for, and what of it does nobody need?",
        "R5; the bill by service (5.7, 7.2)",
    ),
    Pillar(
        "sustainability",
        "What runs although nobody needs it?",
        "pollers at empty queues, indexes that nobody reads (5.7, 7.2)",
    ),
)


class Review(Exportable):
    """The answers, kept with the progress. Displayed, it is what is answered so far."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def answer(self, pillar: str, text: str, *, risk: str = "medium", next: str = "") -> Review:
        """Answer a pillar's question, name the risk that is left, and what you would do next."""
        name = _pillar(pillar).name
        if risk not in RISKS:
            raise LearnerError(
                f"{risk!r} is no risk.", advice=f"Say one of {', '.join(map(repr, RISKS))}."
            )
        if not isinstance(text, str) or not 1 <= len(text.strip()) <= _MOST_LETTERS:
            raise LearnerError(
                "There is no answer to keep.",
                advice=f"Write a text of 1 to {_MOST_LETTERS:,} letters.",
            )
        kept = self._kept()
        kept[name] = {"text": text.strip(), "risk": risk, "next": str(next).strip()}
        self._progress.note(NOTE, kept)
        return self

    def forget(self) -> None:
        """Forget all answers."""
        self._progress.note(NOTE, {})

    @property
    def missing(self) -> list[str]:
        """The pillars without an answer."""
        kept = self._kept()
        return [pillar.name for pillar in PILLARS if pillar.name not in kept]

    def page(self) -> Path:
        """Write review.html beside your notebooks; returns where it is."""
        path = self._progress.shown_folder / "review.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, _page(self._kept()).encode())
        return path

    def table(self) -> Table:
        kept = self._kept()
        rows = [
            {
                "pillar": pillar.name,
                "question": pillar.question,
                "your answer": kept.get(pillar.name, {}).get("text", "not answered yet"),
                "risk": kept.get(pillar.name, {}).get("risk", ""),
            }
            for pillar in PILLARS
        ]
        answered = len(PILLARS) - len(self.missing)
        return Table(rows, caption=f"{answered} of {len(PILLARS)} pillars answered")

    def _kept(self) -> dict[str, dict[str, str]]:
        found = self._progress.notes().get(NOTE, {})
        return dict(found) if isinstance(found, dict) else {}

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.table()._repr_html_()}


def _pillar(name: str) -> Pillar:
    found = [
        pillar
        for pillar in PILLARS
        if isinstance(name, str) and name.strip() and pillar.name.startswith(name.strip().lower())
    ]
    if len(found) != 1:
        names = ", ".join(pillar.name for pillar in PILLARS)
        raise LearnerError(f"There is no pillar {name!r}.", advice=f"There are: {names}.")
    return found[0]


_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2rem 0 0.2rem; } .quiet { opacity: 0.75; } blockquote { margin: 0.6rem 0;
padding-left: 1rem; border-left: 3px solid currentColor; white-space: pre-wrap; }
"""


def _page(kept: dict[str, dict[str, str]]) -> str:
    """The review as a page of its own, in the reader's theme, with nothing from the network."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Well-Architected review</title><style>{_STYLE}</style></head><body>",
        "<h1>Well-Architected review: the shop's order service</h1>",
        f'<p class="quiet">Written on {datetime.now(UTC):%Y-%m-%d}. The answers are the '
        "reviewer's; the questions are orderlab's own, one for each pillar of the AWS "
        "Well-Architected Framework.</p>",
    ]
    for risk in RISKS:
        named = [name for name, said in kept.items() if said.get("risk") == risk]
        parts.append(f"<p><b>Risk {risk}:</b> {html.escape(', '.join(named) or 'none')}</p>")
    for pillar in PILLARS:
        said = kept.get(pillar.name)
        parts.append(f"<h2>{html.escape(pillar.name.capitalize())}</h2>")
        parts.append(f"<p>{html_text(pillar.question)}</p>")
        parts.append(f'<p class="quiet">Measured: {html_text(pillar.evidence)}</p>')
        if said is None:
            parts.append("<p>Not answered yet.</p>")
            continue
        parts.append(f"<blockquote>{html.escape(said['text'])}</blockquote>")
        parts.append(f"<p>Risk that is left: <b>{html.escape(said['risk'])}</b></p>")
        if said.get("next"):
            parts.append(f"<p>Next: {html.escape(said['next'])}</p>")
    parts.append("</body></html>")
    return "\n".join(parts)
