"""A picture with alt text, readable in light and dark themes."""

from __future__ import annotations

import html
import io
import re
from typing import Any

# Drawn with this colour, which no palette holds, and given the theme's own in the SVG.
INK = "#010203"
_THEME_INK = "var(--jp-content-font-color1, currentColor)"


class Picture:
    """An SVG and what it says in words.

    `measured` marks a picture of a measurement, which differs from run to run; the words beside
    it are compared all the same.
    """

    def __init__(self, svg: str, alt: str, *, measured: bool = False, kind: str = "") -> None:
        if not alt.strip():
            raise ValueError(
                "A picture needs alt text: what would you say to someone on the phone?"
            )
        self.svg, self.alt, self.measured, self.kind = svg, alt, measured, kind

    def __repr__(self) -> str:
        return f"[{'measured' if self.measured else 'picture'}] {self.alt}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        kind = ("measured" if self.measured else "drawn") + (f" {self.kind}" if self.kind else "")
        return {
            "text/plain": repr(self),
            "text/html": (
                f'<figure class="{kind}" role="img" aria-label="{html.escape(self.alt)}" '
                f'style="margin:8px 0;max-width:100%;overflow-x:auto">{self.svg}</figure>'
            ),
        }


def measured_plot(figure: Any, alt: str) -> Picture:
    """A matplotlib figure as a picture; text and axes take the theme's colour.

    Give `alt` the numbers that matter, with their units. The figure is closed.
    """
    import matplotlib as mpl
    from matplotlib import pyplot

    _ink(figure)
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "orderlab"}):
        figure.savefig(
            buffer, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None}
        )
    pyplot.close(figure)
    svg = re.sub(r"^.*?(?=<svg)", "", buffer.getvalue(), flags=re.DOTALL)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return Picture(svg.replace(INK, _THEME_INK).strip(), alt, measured=True)


def _ink(figure: Any) -> None:
    for axes in figure.axes:
        for item in (axes.title, axes.xaxis.label, axes.yaxis.label):
            item.set_color(INK)
        axes.tick_params(colors=INK, which="both")
        for spine in axes.spines.values():
            spine.set_color(INK)
        legend = axes.get_legend()
        if legend:
            legend.get_frame().set_alpha(0)
            for text in legend.get_texts():
                text.set_color(INK)
