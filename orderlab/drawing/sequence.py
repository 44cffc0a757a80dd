"""Who called whom, in time order: a sequence diagram as SVG, and the same in words.

Each part has a line of its own that runs down; a call is an arrow from one line to another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence as Rows
from dataclasses import dataclass
from html import escape

from orderlab.drawing.measure import text_width, wrap
from orderlab.drawing.style import CAPTION_SIZE, CLASS, READABLE_SIZE, stylesheet
from orderlab.showing.picture import Picture

COLUMN, HEAD, ROW, NOTE, MARGIN, TIMES = 122.0, 56.0, 40.0, 30.0, 14.0, 62.0
TITLE = 30.0
LABEL_SIZE = 12.0
_HEAD_WIDTH = 108.0
_RULES = f"""
.head{{fill:var(--card);stroke:var(--border);stroke-width:1.2}}
.line{{stroke:var(--line);stroke-width:1;stroke-dasharray:2 4}}
.arrow{{stroke:var(--ink);stroke-width:1.5;fill:none}}
.answer{{stroke-dasharray:5 4}}
.failed{{stroke:var(--wrong)}}
.say{{font-size:{LABEL_SIZE:.0f}px}}
.say,.when{{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}}
.when{{font-size:11px;fill:var(--quiet)}}
.wrong{{fill:var(--wrong)}}
.fold{{font-size:12px;font-style:italic;fill:var(--quiet)}}
.aside{{font-size:11px;font-weight:400;fill:var(--quiet)}}
.end{{font-size:13px;font-weight:600;fill:var(--wrong)}}
.tip-ink{{fill:var(--ink)}}
"""


@dataclass(frozen=True)
class Lifeline:
    """A part: what people call it, and what kind of thing it is (`Lambda`, `SQS` ...)."""

    name: str
    caption: str = ""

    @property
    def in_words(self) -> str:
        return f"{self.name} ({self.caption})" if self.caption else self.name


@dataclass(frozen=True)
class Arrow:
    """A call from one lifeline to another, or its answer. `seconds` since the first arrow.

    `fault` says in words what an experiment did to it; `failed` marks what went wrong.
    """

    source: Lifeline
    target: Lifeline
    label: str
    seconds: float = 0.0
    answer: bool = False
    failed: bool = False
    fault: str = ""

    @property
    def said(self) -> str:
        """What stands at the arrow."""
        sign = "✗ " if self.failed else ""
        return f"{sign}{self.label} ⚡ {self.fault}" if self.fault else f"{sign}{self.label}"

    @property
    def in_words(self) -> str:
        return f"{self.source.in_words} → {self.target.in_words}: {self.said}"


@dataclass(frozen=True)
class Fold:
    """Steps that are told in a few words instead of being drawn."""

    text: str

    @property
    def in_words(self) -> str:
        return f"({self.text})"


@dataclass(frozen=True)
class Sequence:
    """A diagram: its steps from top to bottom, and how it ended."""

    title: str
    steps: tuple[Arrow | Fold, ...]
    ending: str = ""
    # what stands beside the title in the picture only: it differs from run to run
    aside: str = ""

    @property
    def lifelines(self) -> list[Lifeline]:
        """Every part that is drawn, in the order in which it first has a step."""
        arrows = [step for step in self.steps if isinstance(step, Arrow)]
        ends = [end for arrow in arrows for end in (arrow.source, arrow.target)]
        return list(dict.fromkeys(ends))

    def lines(self) -> list[str]:
        """The steps in words, numbered."""
        told = [f"{number}. {step.in_words}" for number, step in enumerate(self.steps, 1)]
        return [*told, f"✗ {self.ending}"] if self.ending else told

    def picture(self) -> Picture:
        """The diagram, with its words as alternative text."""
        alt = f"Sequence diagram. {self.title} {' '.join(self.lines())}"
        return Picture(draw(self, alt), alt, measured=True, kind="sequence")


def draw(sequence: Sequence, alt: str) -> str:
    """The SVG; `alt` is what a screen reader says."""
    lines = sequence.lifelines
    xs = {line: TIMES + MARGIN + COLUMN * (n + 0.5) for n, line in enumerate(lines)}
    width = _width(sequence.steps, xs)
    title = (
        f'<text class="title" x="{MARGIN:.0f}" y="{TITLE - 6:.0f}">{escape(sequence.title)}'
        f'<tspan class="aside" dx="10">{escape(sequence.aside)}</tspan></text>'
    )
    body, lowest = _steps(sequence.steps, xs, width)
    ending, bottom = "", lowest
    if sequence.ending:
        ending, bottom = _ending(sequence.ending, width, lowest + 8)
    prefix = "s" + hashlib.sha256(alt.encode()).hexdigest()[:8]
    height = bottom + MARGIN
    least = width * READABLE_SIZE / CAPTION_SIZE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{CLASS}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'style="max-width:100%;height:auto;min-width:{least:.0f}px" role="img" '
        f'aria-labelledby="{prefix}-d">'
        f'<desc id="{prefix}-d">{escape(alt)}</desc>'
        f"<style>{stylesheet()}\n{_scoped()}</style>{_tips(prefix)}"
        f'<rect class="paper" width="{width:.0f}" height="{height:.0f}" rx="10"/>'
        + "".join(_lifeline(line, xs[line], lowest) for line in lines)
        + body.replace("url(#", f"url(#{prefix}-")
        + f"{title}{ending}</svg>"
    )


def _width(steps: Rows[Arrow | Fold], xs: dict[Lifeline, float]) -> float:
    """Room for every line and, up to a limit, for labels that are longer than their arrow."""
    lines = max(TIMES + 2 * MARGIN + COLUMN * len(xs), 420.0)
    labels = [
        min(xs[step.source], xs[step.target]) + 7 + text_width(step.said, LABEL_SIZE) + MARGIN
        for step in steps
        if isinstance(step, Arrow)
    ]
    return max(lines, min(max(labels, default=0.0), lines + 1.5 * COLUMN))


def _steps(steps: Rows[Arrow | Fold], xs: dict[Lifeline, float], width: float) -> tuple[str, float]:
    parts, y = [], TITLE + MARGIN + HEAD + 4
    for step in steps:
        if isinstance(step, Fold):
            y += NOTE
            parts.append(_fold(step, width, y))
        else:
            y += ROW
            parts.append(_arrow(step, xs[step.source], xs[step.target], width, y))
    return "".join(parts), y + 14


def _arrow(arrow: Arrow, x1: float, x2: float, width: float, y: float) -> str:
    classes = "arrow" + (" answer" if arrow.answer else "") + (" failed" if arrow.failed else "")
    tip = "tip-wrong" if arrow.failed else "tip-ink"
    path = f"M{x1:.0f} {y:.0f}H{x2:.0f}"
    if x1 == x2:
        path = f"M{x1:.0f} {y - 8:.0f}h26v8h-24"
    label, _, fault = arrow.said.partition(" ⚡ ")
    mark = f'<tspan class="wrong"> ⚡ {escape(fault)}</tspan>' if fault else ""
    # begins at the arrow's left end; where it would leave the picture, it ends at its edge
    left = min(x1, x2) + 7
    length = text_width(arrow.said, LABEL_SIZE)
    x, anchor = (left, "start") if left + length <= width - 8 else (width - 8, "end")
    shade = " wrong" if arrow.failed else ""
    return (
        f'<path class="{classes}" d="{path}" marker-end="url(#{tip})"/>'
        f'<text class="say{shade}" x="{x:.0f}" y="{y - 6:.0f}" text-anchor="{anchor}">'
        f"{escape(label)}{mark}</text>"
        f'<text class="when" x="{MARGIN:.0f}" y="{y + 4:.0f}">{arrow.seconds:.2f} s</text>'
    )


def _fold(fold: Fold, width: float, y: float) -> str:
    return (
        f'<line class="line" x1="{TIMES:.0f}" x2="{width - MARGIN:.0f}" y1="{y:.0f}" y2="{y:.0f}"/>'
        f'<text class="say fold" x="{TIMES + 10:.0f}" y="{y + 4:.0f}">{escape(fold.text)}</text>'
    )


def _ending(text: str, width: float, y: float) -> tuple[str, float]:
    parts = []
    for line in _wrapped(f"✗ {text}", width - 2 * MARGIN):
        y += 18
        parts.append(f'<text class="end" x="{MARGIN:.0f}" y="{y:.0f}">{escape(line)}</text>')
    return "".join(parts), y


def _wrapped(text: str, width: float) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, 13.5) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _lifeline(line: Lifeline, x: float, bottom: float) -> str:
    names = wrap(line.name, 12.5, _HEAD_WIDTH - 10)
    top = TITLE + MARGIN
    first = top + (20 if len(names) == 1 else 15)
    texts = "".join(
        f'<text x="{x:.0f}" y="{first + 14 * n:.0f}" text-anchor="middle" '
        f'style="font-size:12.5px;font-weight:600">{escape(name)}</text>'
        for n, name in enumerate(names)
    )
    return (
        f'<line class="line" x1="{x:.0f}" x2="{x:.0f}" y1="{top + HEAD - 8:.0f}" '
        f'y2="{bottom:.0f}"/>'
        f'<rect class="head" x="{x - _HEAD_WIDTH / 2:.0f}" y="{top:.0f}" '
        f'width="{_HEAD_WIDTH:.0f}" height="{HEAD - 8:.0f}" rx="6"/>{texts}'
        f'<text class="caption" x="{x:.0f}" y="{top + HEAD - 14:.0f}" text-anchor="middle">'
        f"{escape(line.caption)}</text>"
    )


def _tips(prefix: str) -> str:
    return (
        "<defs>"
        + "".join(
            f'<marker id="{prefix}-{name}" viewBox="0 0 8 8" refX="7.4" refY="4" markerWidth="8.5" '
            f'markerHeight="8.5" markerUnits="userSpaceOnUse" orient="auto">'
            f'<path class="{name}" d="M0 0L8 4L0 8z"/></marker>'
            for name in ("tip-ink", "tip-wrong")
        )
        + "</defs>"
    )


def _scoped() -> str:
    """The rules of this kind of picture, under its class."""
    lines = []
    for rule in _RULES.strip().splitlines():
        selectors, _, body = rule.partition("{")
        scoped = ",".join(f".{CLASS} {selector}" for selector in selectors.split(","))
        lines.append(f"{scoped}{{{body}")
    return "\n".join(lines)
