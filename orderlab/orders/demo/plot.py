"""Lines over time as an inline SVG that follows the page's light or dark colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 860, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 14, 30
Points = Sequence[tuple[float, float]]


def lines(title: str, series: Mapping[str, Points], *, unit: str = "") -> str:
    """One line for each series of (seconds, value); the page styles `.line-0`, `.line-1` ..."""
    last = max((x for points in series.values() for x, _ in points), default=0.0) or 1.0
    top = _round_up(max((y for points in series.values() for _, y in points), default=0.0) or 1.0)
    drawn = "".join(
        _line(number, points, last, top) for number, points in enumerate(series.values())
    )
    legend = "".join(
        f'<span class="key"><i class="swatch-{number}"></i>{escape(name)}</span>'
        for number, name in enumerate(series)
    )
    alt = escape(f"{title}. " + _in_words(series, unit))
    return (
        f'<figure><figcaption>{escape(title)} <span class="keys">{legend}</span></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{alt}">'
        f"{_axes(last, top)}{drawn}</svg></figure>"
    )


def _line(number: int, points: Points, last: float, top: float) -> str:
    path = " ".join(f"{_x(x, last):.1f},{_y(y, top):.1f}" for x, y in points)
    return f'<polyline class="line-{number}" points="{path}"/>'


def _axes(last: float, top: float) -> str:
    parts = []
    for step in range(5):
        value, y = top * step / 4, _y(top * step / 4, top)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
        seconds, x = last * step / 4, _x(last * step / 4, last)
        anchor = "end" if step == 4 else "middle"
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{seconds:.0f} s</text>'
        )
    return "".join(parts)


def _in_words(series: Mapping[str, Points], unit: str) -> str:
    peaks = (
        f"{name}: at most {max((y for _, y in points), default=0):g}{unit}"
        for name, points in series.items()
    )
    return "; ".join(peaks) + "."


def _x(seconds: float, last: float) -> float:
    return LEFT + seconds / last * (WIDTH - LEFT - RIGHT)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _round_up(value: float) -> float:
    """The next of 4, 8, 20, 40, 80, 200 ...: its quarters are whole numbers."""
    size = 1.0
    while True:
        for step in (4, 8, 20):
            if value <= step * size:
                return step * size
        size *= 10
