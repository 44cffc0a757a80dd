"""A learner's notebook with answers in the places that it leaves for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from orderlab.workbook.learner import PLACEHOLDER
from tests.browser.answers import Answer

_OPENS = re.compile(r'lab\.exercise\("([^"]+)"\)')
_CHECKS = "ex.check("


class NoAnswerError(AssertionError):
    """A notebook asks for what no answer was written for."""


def exercises_in(cells: Sequence[str]) -> dict[str, list[int]]:
    """By exercise, the code cells that belong to it: after the check before, up to its own.

    What is left to fill after the last exercise of chapter 7, say, is `7.end`.
    """
    found: dict[str, list[int]] = {}
    opened, since = "", 0
    for number, source in enumerate(cells):
        opened = next(iter(_OPENS.findall(source)), opened)
        if opened and _CHECKS in source:
            found[opened] = list(range(since, number + 1))
            opened, since = "", number + 1
    if found and any(PLACEHOLDER in source for source in cells[since:]):
        chapter = next(iter(found)).split(".")[0]
        found[f"{chapter}.end"] = list(range(since, len(cells)))
    return found


def answered(cells: Sequence[str], answers: Mapping[str, Answer]) -> list[str]:
    """The sources of a notebook's code cells with every exercise answered."""
    done = list(cells)
    for identifier, places in exercises_in(cells).items():
        if identifier not in answers:
            raise NoAnswerError(
                f"Exercise {identifier} has no answer of its own: write one into "
                f"tests/browser/answers/chapter{int(identifier.split('.')[0]):02d}.py."
            )
        answer = answers[identifier]
        if isinstance(answer, str):
            done[places[-1]] = _with(done[places[-1]], answer)
        else:
            _fill(identifier, done, places, answer)
    return done


def _fill(identifier: str, cells: list[str], places: Sequence[int], parts: Sequence[str]) -> None:
    open_ones = [place for place in places if PLACEHOLDER in cells[place]]
    if len(open_ones) != len(parts):
        raise NoAnswerError(
            f"Exercise {identifier} leaves {len(open_ones)} places and its answer has {len(parts)} "
            "parts: one text for each, or one for all."
        )
    for place, part in zip(open_ones, parts, strict=True):
        cells[place] = _with(cells[place], part)


def _with(source: str, answer: str) -> str:
    """A cell with an answer where its placeholder stands, as far to the right; else before it."""
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if line.strip() == PLACEHOLDER:
            margin = line[: len(line) - len(line.lstrip())]
            lines[number] = "\n".join(
                f"{margin}{each}" if each else "" for each in answer.strip("\n").splitlines()
            )
            return "\n".join(lines)
    return f"{answer.strip()}\n\n{source}"
