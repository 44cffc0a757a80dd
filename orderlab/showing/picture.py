"""A picture with alt text, readable in light and dark themes."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.showing.exports import FOLDER, Exported, as_csv, write_all
from orderlab.showing.html_text import html_text

# Drawn with this colour, which no palette holds, and given the theme's own in the SVG.
INK = "#010203"
_THEME_INK = "var(--jp-content-font-color1, currentColor)"


class Picture:
    """An SVG and what it says in words.

    `measured` marks a picture of a measurement, which differs from run to run; the words beside
    it are compared all the same. `caption` says what stands behind it: how many were measured, with
    which seed, for how long. `rows` are the numbers that were drawn, and `figure` is matplotlib's
    figure where there is one: `export` needs them.
    """

    def __init__(
        self,
        svg: str,
        alt: str,
        *,
        measured: bool = False,
        kind: str = "",
        caption: str = "",
        rows: Sequence[Mapping[str, Any]] = (),
        figure: Any = None,
    ) -> None:
        if not alt.strip():
            raise ValueError(
                "A picture needs alt text: what would you say to someone on the phone?"
            )
        self.svg, self.alt, self.measured, self.kind = svg, alt, measured, kind
        self.caption, self.rows, self._figure = caption, [dict(row) for row in rows], figure

    def __repr__(self) -> str:
        return f"[{'measured' if self.measured else 'picture'}] {self.alt}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        kind = ("measured" if self.measured else "drawn") + (f" {self.kind}" if self.kind else "")
        return {
            "text/plain": repr(self),
            "text/html": (
                f'<figure class="{kind}" role="img" aria-label="{html.escape(self.alt)}" '
                f'style="margin:8px 0;max-width:100%;overflow-x:auto">{self.svg}{self._said()}'
                "</figure>"
            ),
        }

    def _said(self) -> str:
        if not self.caption:
            return ""
        return (
            '<figcaption style="font-size:12px;color:var(--jp-content-font-color1, inherit)">'
            f"{html_text(self.caption)}</figcaption>"
        )

    def export(self, folder: str = FOLDER, name: str = "") -> Exported:
        """Write the picture as SVG and PNG into a folder, and its numbers as CSV if it has any.

        Pictures with icons have no PNG.
        """
        called = name or re.split(r"[.:;]", self.alt)[0]
        contents = {"csv": as_csv(self.rows), "svg": self.as_svg(), "png": self.as_png()}
        return write_all(folder, called, contents)

    def as_svg(self) -> bytes:
        """The picture as a file of its own, with its words as title."""
        words = html.escape(f"{self.alt} {self.caption}".strip())
        return re.sub(
            r"(<svg[^>]*>)", lambda m: f"{m[1]}<title>{words}</title>", self.svg, count=1
        ).encode()

    def as_png(self) -> bytes | None:
        """The picture on white paper; None where it has shapes that can't be painted."""
        if self._figure is None:
            from orderlab.showing.raster import png_of

            return png_of(self.svg)
        buffer = io.BytesIO()
        self._figure.savefig(
            buffer, format="png", dpi=160, facecolor="white", bbox_inches="tight",
            metadata={"Software": None},
        )  # fmt: skip
        return buffer.getvalue()


def measured_plot(
    figure: Any, alt: str, *, caption: str = "", rows: Sequence[Mapping[str, Any]] = ()
) -> Picture:
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
    shown = svg.replace(INK, _THEME_INK).strip()
    return Picture(shown, alt, measured=True, caption=caption, rows=rows, figure=figure)


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
