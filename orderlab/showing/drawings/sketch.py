"""A small drawing board: boxes, arrows and words, in colours of the notebook's theme.

Coordinates are in pixels of a board `WIDTH` wide, or less; text is never smaller than 12 px.
"""

from __future__ import annotations

from orderlab.showing.html_text import svg_text
from orderlab.showing.picture import Picture

WIDTH = 900
# type of 12 px is shown with 10 px or more
NARROWEST = 750
INK = "var(--jp-content-font-color1, currentColor)"
QUIET = "var(--jp-content-font-color2, #66727f)"
LINE = "var(--jp-border-color1, #8a8a8a)"
BLUE = "var(--jp-brand-color1, #3d8bfd)"
ORANGE = "var(--jp-warn-color1, #d9730d)"
GREEN = "var(--jp-success-color1, #2e9e5b)"
RED = "var(--jp-error-color1, #d6455d)"


class Sketch:
    """One drawing in the making; `picture(alt)` gives it."""

    def __init__(self, height: int, width: int = WIDTH) -> None:
        self._height, self._width = height, width
        self._parts: list[str] = []

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str = "",
        *,
        colour: str = LINE,
        filled: bool = False,
        dashed: bool = False,
        small: str = "",
    ) -> Sketch:
        """A rectangle with a word in its middle, and a smaller line under it."""
        fill = f'fill="{colour}" fill-opacity="0.18"' if filled else 'fill="none"'
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" {fill} '
            f'stroke="{colour}" stroke-width="1.6"{dash}/>'
        )
        middle = y + height / 2 + (4 if not small else -4)
        if text:
            self.text(x + width / 2, middle, text, anchor="middle", bold=True)
        if small:
            self.text(x + width / 2, middle + 17, small, anchor="middle", colour=QUIET, size=12)
        return self

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        bold: bool = False,
        colour: str = INK,
        size: int = 13,
    ) -> Sketch:
        """Words at a place; `anchor` is start, middle or end."""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}" '
            f'font-size="{size}"{weight}>{svg_text(words)}</text>'
        )
        return self

    def arrow(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        label: str = "",
        *,
        colour: str = LINE,
        dashed: bool = False,
    ) -> Sketch:
        """An arrow from one point to another, with words above its middle."""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" '
            f'stroke-width="1.8"{dash}/>{_head(x1, y1, x2, y2, colour)}'
        )
        if label:
            # half of the words' width reaches where a sloping line is higher
            slope = min(abs(y2 - y1) / max(abs(x2 - x1), 1.0), 1.0)
            y = (y1 + y2) / 2 - 7 - slope * 3.2 * len(label)
            self.text((x1 + x2) / 2, round(y, 1), label, anchor="middle", colour=QUIET, size=12)
        return self

    def line(self, x1: float, y1: float, x2: float, y2: float, *, colour: str = LINE) -> Sketch:
        """A thin line without a tip."""
        self._parts.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="1"/>'
        )
        return self

    def dot(self, x: float, y: float, radius: float = 7, *, colour: str = BLUE) -> Sketch:
        """A filled circle: a token, a message, a request."""
        self._parts.append(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>')
        return self

    def picture(self, alt: str) -> Picture:
        """The drawing, with what it says in words."""
        least = self._width * NARROWEST // WIDTH
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self._width} {self._height}" '
            f'style="width:100%;min-width:{least}px;max-width:{self._width}px;'
            f'font-family:system-ui,sans-serif">{"".join(self._parts)}</svg>'
        )
        return Picture(svg, alt)


def _head(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    """The tip of an arrow that points from the first point to the second."""
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 0.001)
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    left = (x2 - 9 * ux + 4 * uy, y2 - 9 * uy - 4 * ux)
    right = (x2 - 9 * ux - 4 * uy, y2 - 9 * uy + 4 * ux)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((x2, y2), left, right))
    return f'<polygon points="{points}" fill="{colour}"/>'
