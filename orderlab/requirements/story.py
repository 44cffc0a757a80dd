"""The scoreboard's story: six requirements over all chapters, a learner's and the reference's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orderlab.progress import Progress
from orderlab.requirements.finding import TITLES
from orderlab.requirements.memory import REFERENCE, recall
from orderlab.showing.drawings.sketch import GREEN, INK, LINE, ORANGE, QUIET, RED, Sketch
from orderlab.showing.picture import Picture

CHAPTERS = {
    0: "customer",
    1: "functions",
    2: "tables",
    3: "events",
    4: "queues",
    5: "polling",
    6: "caching",
    7: "the whole",
}
# what stands at the left of a row: the title in two lines
_NAMES = {
    "R1": ("resilient", "one failing part harms no other"),
    "R2": ("scales by itself", "with spiky demand"),
    "R3": ("decoupled", "services come and go"),
    "R4": ("one place", "for logs and metrics"),
    "R5": ("cost follows demand", "little to operate"),
    "R6": ("answers fast", ""),
}
_SIGNS = {"green": "● green", "amber": "◐ amber", "red": "○ red"}
_INKS = {"green": GREEN, "amber": ORANGE, "red": RED}
_LEFT, _WIDE, _LANE, _GAP, _TOP = 252, 80, 26, 16, 58


@dataclass(frozen=True)
class Step:
    """One requirement after one chapter. `yours` is empty where you did not measure it."""

    requirement: str
    chapter: int
    yours: str
    number: str
    reference: str


def steps(progress: Progress) -> list[Step]:
    """Every requirement after every chapter, from what scoreboards kept."""
    kept = {chapter: recall(progress, chapter) for chapter in CHAPTERS}
    return [
        Step(code, chapter, *_yours(kept[chapter].get(code)), _reference(chapter)[code])
        for code in TITLES
        for chapter in CHAPTERS
    ]


def story(progress: Progress) -> Picture:
    """One picture of the six requirements: what you measured, and the reference's colours."""
    told = steps(progress)
    sketch = Sketch(_TOP + len(TITLES) * (2 * _LANE + _GAP) + 34)
    for chapter, name in CHAPTERS.items():
        middle = _LEFT + chapter * _WIDE + _WIDE / 2 - 2
        sketch.text(middle, 22, f"{chapter:02d}", anchor="middle", bold=True)
        sketch.text(middle, 40, name, anchor="middle", colour=QUIET, size=12)
    for row, code in enumerate(TITLES):
        top = _TOP + row * (2 * _LANE + _GAP)
        _draw_row(sketch, top, code, [step for step in told if step.requirement == code])
    below = _TOP + len(TITLES) * (2 * _LANE + _GAP) + 14
    sketch.text(8, below, _summary(told), colour=INK, size=13)
    drawn = sketch.picture(_described(told))
    return Picture(drawn.svg, drawn.alt, measured=True, rows=[_row(step) for step in told])


def _yours(kept: Any) -> tuple[str, str]:
    return (kept.colour, kept.number) if kept is not None and kept.measured else ("", "")


def _reference(chapter: int) -> dict[str, str]:
    """After chapter 04 the reference stays as it is."""
    return REFERENCE[min(chapter, max(REFERENCE))]


def _draw_row(sketch: Sketch, top: int, code: str, row: list[Step]) -> None:
    name, rest = _NAMES[code]
    sketch.text(8, top + 17, f"{code} {name}", bold=True)
    if rest:
        sketch.text(8, top + 35, rest, colour=QUIET, size=12)
    sketch.text(_LEFT - 8, top + 17, "you", anchor="end", size=12)
    sketch.text(_LEFT - 8, top + _LANE + 15, "ref.", anchor="end", colour=QUIET, size=12)
    for step in row:
        x = _LEFT + step.chapter * _WIDE
        if step.yours:
            ink, sign = _INKS[step.yours], _SIGNS[step.yours]
            sketch.box(x, top, _WIDE - 4, _LANE - 2, sign, colour=ink, filled=True)
        else:
            sketch.box(x, top, _WIDE - 4, _LANE - 2, "-", colour=LINE, dashed=True)
        sketch.text(
            x + _WIDE / 2 - 2, top + _LANE + 15, _SIGNS[step.reference], anchor="middle",
            colour=QUIET, size=12,
        )  # fmt: skip


def _summary(told: list[Step]) -> str:
    yours = [step for step in told if step.yours]
    if not yours:
        return "You have measured nothing yet: lab.scoreboard() does, in every chapter."
    same = sum(step.yours == step.reference for step in yours)
    return f"Measured by you: {len(yours)} of {len(told)}; {same} have the colour of the reference."


def _described(told: list[Step]) -> str:
    rows = []
    for code, title in TITLES.items():
        mine = ", ".join(
            f"{step.chapter:02d} {step.yours or 'not measured'}"
            for step in told
            if step.requirement == code
        )
        theirs = ", ".join(
            f"{step.chapter:02d} {step.reference}" for step in told if step.requirement == code
        )
        rows.append(f"{code} {title}. You: {mine}. The reference: {theirs}.")
    return f"The six requirements over all chapters. {' '.join(rows)} {_summary(told)}"


def _row(step: Step) -> dict[str, Any]:
    return {
        "requirement": step.requirement,
        "chapter": step.chapter,
        "yours": step.yours or "not measured",
        "your number": step.number,
        "reference": step.reference,
    }
