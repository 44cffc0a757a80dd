"""A trace as bars on one time axis."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from orderlab.showing.picture import Picture

if TYPE_CHECKING:
    from orderlab.trace import Trace

WIDTH, LABEL, ROW, TOP = 960, 340, 22, 26
_INK = "var(--jp-content-font-color1, currentColor)"
_BAR = "var(--jp-brand-color1, #0b62a8)"
_FAILED = "var(--jp-error-color1, #b3261e)"
_LINE = "var(--jp-border-color2, #8a8a8a)"


def waterfall(trace: Trace) -> Picture:
    """One row a step: where it began, how long it took, from whom to whom."""
    whole = max(trace.milliseconds, 0.001)
    first = trace.steps[0].at if trace.steps else 0.0
    height = TOP + ROW * len(trace.steps) + 6
    room = WIDTH - LABEL - 110
    parts = [_axis(whole, room, height)]
    for number, step in enumerate(trace.steps):
        begin = (step.at - first) * 1000
        x = LABEL + begin / whole * room
        width = max((step.duration_ms or 0.0) / whole * room, 2.0)
        y = TOP + number * ROW
        failed = step.outcome != "ok"
        source = step.source.replace("lambda.amazonaws.com", "Lambda") or "log"
        label = f"{source} → {step.target}: {step.what}"
        took = f"{step.duration_ms:.1f} ms" if step.duration_ms is not None else ""
        parts.append(
            f'<text x="{LABEL - 8}" y="{y + 14}" text-anchor="end" fill="{_INK}">'
            f"{html.escape(_short(label))}<title>{html.escape(label)}</title></text>"
            f'<rect x="{x:.1f}" y="{y + 4}" width="{width:.1f}" height="12" rx="2" '
            f'fill="{_FAILED if failed else _BAR}"/>'
            f'<text x="{x + width + 4:.1f}" y="{y + 14}" fill="{_INK}">'
            f"{took}{' ✗ ' + html.escape(step.outcome) if failed else ''}</text>"
        )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'style="max-width:{WIDTH}px;width:100%;font:12px sans-serif">{"".join(parts)}</svg>'
    )
    return Picture(svg, f"Waterfall. {trace.in_words()}", measured=True)


def _axis(whole_ms: float, room: float, height: int) -> str:
    marks = []
    for quarter in range(5):
        x = LABEL + room * quarter / 4
        marks.append(
            f'<line x1="{x:.1f}" y1="18" x2="{x:.1f}" y2="{height}" stroke="{_LINE}" '
            f'stroke-width="0.5"/><text x="{x:.1f}" y="12" text-anchor="middle" fill="{_INK}">'
            f"{whole_ms * quarter / 4:.0f} ms</text>"
        )
    return "".join(marks)


def _short(label: str, length: int = 46) -> str:
    return label if len(label) <= length else f"{label[: length - 1]}…"
