"""The certificate as a notebook shows it: a link to the page, and a small preview."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orderlab.cloud.private_files import private_folder, write_private
from orderlab.errors import LearnerError
from orderlab.exercises.certificate.page import clean_name, page
from orderlab.exercises.certificate.record import Record, read_record
from orderlab.exercises.engine import card
from orderlab.progress import Progress
from orderlab.showing.html_text import html_text

NAME = "certificate.html"


class Certificate:
    """A certificate that was written: `path` is the file, `record` what it says."""

    def __init__(self, name: str, record: Record, path: Path, html: str) -> None:
        self.name, self.record, self.path, self.html = name, record, path, html

    def _rows(self) -> list[tuple[str, str]]:
        record, best = self.record, self.record.best
        quiz = sum(chapter.quiz_right for chapter in record.chapters)
        asked = sum(chapter.quiz_of for chapter in record.chapters)
        passed = [f"{c.number:02d}" for c in record.chapters if c.tested_out]
        rows = [
            ("Exercises", record.in_words()),
            ("Quizzes", f"{quiz} of {asked} questions right"),
            ("Final test", f"{best.right} of {best.of} right" if best else "not taken"),
            ("Requirements", ", ".join(f"{code} {colour}" for code, colour, _ in record.colours)),
            ("Storms", ", ".join(f"seed {each.seed}" for each in record.storms)),
            ("Tested out", ", ".join(passed)),
        ]
        return [(label, text) for label, text in rows if text]

    def __repr__(self) -> str:
        lines = [f"  {label + ':':<14}{text}" for label, text in self._rows()]
        return "\n".join([f"Certificate for {self.name}: {NAME}", *lines])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        there = Path(os.path.relpath(self.path)).as_posix()
        link = f'<a href="{html_text(there)}" target="_blank">{NAME}</a>'
        message = f"<strong>Certificate for {html_text(self.name)}</strong>: {link}"
        rows = [(label, html_text(text)) for label, text in self._rows()]
        return {"text/plain": repr(self), "text/html": card.card("note", "", message, rows)}


def certificate(name: object, progress: Progress) -> Certificate:
    """Write `certificate.html` into the learner's folder; an earlier one is replaced.

    Raises LearnerError for a name that can't be shown, and where the file can't be written.
    """
    shown = clean_name(name)
    record = read_record(progress)
    written = page(shown, record, datetime.now(UTC).date().isoformat())
    path = progress.shown_folder / NAME
    try:
        if path.parent == progress.folder:
            private_folder(path.parent)
        write_private(path, written.encode())
    except OSError as error:
        raise LearnerError(
            f"{path} can't be written: {error.strerror or error}.",
            advice="May you write there, and is there room?",
        ) from None
    return Certificate(shown, record, path, written)
