"""The certificate's page: one HTML file that needs no network and runs nothing."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from orderlab.errors import LearnerError
from orderlab.exercises.certificate.record import ChapterRecord, Record
from orderlab.requirements.finding import TITLES

_CSS = Path(__file__).with_name("page.css")
# Nothing is loaded, and no script runs, whatever stands in the page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SIGNS = {"green": "● green", "amber": "◐ amber", "red": "○ red"}
_LONGEST_NAME = 100


def clean_name(name: object) -> str:
    """A name as it can be shown: on one line, without characters that change what is beside it.

    Raises LearnerError for an empty or a very long one, and for what is no text.
    """
    text = name if isinstance(name, str) else ""
    shown = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    shown = " ".join(shown.split())
    if not shown or len(shown) > _LONGEST_NAME:
        raise LearnerError(
            f"A certificate needs a name of 1 to {_LONGEST_NAME} characters.",
            advice='For example `lab.certificate("Ada Lovelace")`.',
        )
    return shown


def page(name: str, record: Record, day: str) -> str:
    """The whole page. The same record gives the same page, but for the day."""
    title = html.escape(f"orderlab: certificate for {name}")
    sections = "".join(
        f"<section><h2>{heading}</h2>{body}</section>"
        for heading, body in (
            ("The six requirements", _requirements(record)),
            ("Chapter by chapter", _chapters(record.chapters)),
            ("Not solved", _not_solved(record.chapters)),
            ("Final test", _final_tests(record)),
            ("Storms", _storms(record)),
            ("Game days", _game_days(record)),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(_POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_CSS.read_text('utf-8')}</style></head>"
        "<body><main><h1>Certificate</h1>"
        f'<p class="name">{html.escape(name)}</p>'
        f"<p>{html.escape(record.in_words())}: a shop's order service, from one program on one "
        "machine to a system of functions, queues, topics and tables that was measured at every "
        f'step.</p><p class="quiet">{html.escape(day)}. Written by the learner\'s own notebook, '
        "from what it kept. Nobody else has examined it.</p>"
        f"{sections}</main></body></html>\n"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table of texts; the first cell of a row is its head."""
    titles = "".join(f'<th scope="col">{html.escape(each)}</th>' for each in head)
    body = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    said = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="wide"><table>{said}<thead><tr>{titles}</tr></thead><tbody>{body}'
        "</tbody></table></div>"
    )


def _requirements(record: Record) -> str:
    drawn = (
        f'<figure class="wide" role="img" aria-label="{html.escape(record.story.alt)}">'
        f"{record.story.svg}</figure>"
    )
    if not record.colours:
        return f"<p>No scoreboard was run.</p>{drawn}"
    rows = [
        (f"{code} {TITLES[code]}", _SIGNS[colour], number)
        for code, colour, number in record.colours
    ]
    return _table(("requirement", "measured last", "the number"), rows) + drawn


def _chapters(chapters: Sequence[ChapterRecord]) -> str:
    rows = [
        (
            f"{chapter.number:02d} {chapter.title}",
            f"{len(chapter.solved)} of {chapter.exercises}"
            + (" (tested out)" if chapter.tested_out else ""),
            str(len(chapter.caught_up)),
            f"{chapter.quiz_right} of {chapter.quiz_of}",
            "not known" if chapter.minutes is None else f"{chapter.minutes:,.0f} min",
            " to ".join(chapter.days),
        )
        for chapter in chapters
    ]
    head = ("chapter", "solved", "caught up", "quiz", "open for", "solved on")
    return _table(head, rows, "Caught up: built by the lab, not solved by the learner.")


def _not_solved(chapters: Sequence[ChapterRecord]) -> str:
    """What was caught up, what is open, and what was solved after its solution was shown."""
    kinds = (
        ("caught up, not solved", [each for c in chapters for each in c.caught_up]),
        ("open", [each for c in chapters for each in c.open]),
        ("solved after the solution was shown", [each for c in chapters for each in c.shown]),
    )
    rows = [(kind, str(len(names)), "; ".join(names)) for kind, names in kinds if names]
    if not rows:
        return "<p>Nothing: every exercise was solved, none after its solution was shown.</p>"
    return _table(("", "how many", "which"), rows)


def _final_tests(record: Record) -> str:
    if not record.final_tests:
        return "<p>Not taken.</p>"
    rows = [
        (f"attempt {each.attempt}", f"{each.right} of {each.of} right", each.day)
        for each in record.final_tests
    ]
    return _table(("", "result", "on"), rows)


def _storms(record: Record) -> str:
    if not record.storms:
        return "<p>No storm was let loose.</p>"
    rows = [
        (f"chapter {s.chapter:02d}", str(s.seed), str(s.orders), f"{s.kept} of {s.of} kept")
        for s in record.storms
    ]
    return _table(("", "seed", "orders", "promises"), rows, "The same seed gives the same storm.")


def _game_days(record: Record) -> str:
    if not record.game_days:
        return "<p>No game day was held.</p>"
    rows = [
        (f"seed {each.seed}", f"{each.found} of {each.of} troubles found")
        for each in record.game_days
    ]
    return _table(("", "found"), rows)
