"""A drawing as PNG: the few shapes of SVG that our drawings consist of, painted with matplotlib.

Rectangles, circles, lines, polygons, polylines and words. Colours of the theme become those of
paper. A drawing with anything else (an icon, a path) has no PNG: `png_of` gives None.
"""

from __future__ import annotations

import io
import re
from typing import Any
from xml.etree import ElementTree

PAPER, PAPER_INK = "#ffffff", "#1f2328"
# what stands for a pattern: it lets half of what is below it through
_HATCHED = "#ffffff80"
_SCALE = 2.0
_DPI = 100
_SVG = "{http://www.w3.org/2000/svg}"
_IGNORED = {"title", "desc", "defs"}


def png_of(svg: str) -> bytes | None:
    """The drawing as PNG, twice as large as it is shown; None if it has shapes not known here."""
    try:
        root = ElementTree.fromstring(svg)
        return _painted(root)
    except (ElementTree.ParseError, _UnknownShape, ValueError):
        return None


class _UnknownShape(Exception):
    """A shape that is not painted here."""


def _painted(root: ElementTree.Element) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    left, top, width, height = map(float, root.get("viewBox", "").split())
    figure = Figure(
        figsize=(width * _SCALE / _DPI, height * _SCALE / _DPI), dpi=_DPI, facecolor=PAPER
    )
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left, left + width)
    axes.set_ylim(top + height, top)
    axes.axis("off")
    _paint_all(axes, root)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=PAPER, metadata={"Software": None})
    return buffer.getvalue()


def _paint_all(axes: Any, parent: ElementTree.Element) -> None:
    for element in parent:
        name = element.tag.removeprefix(_SVG)
        if name == "g" and not element.get("transform"):
            _paint_all(axes, element)
        elif name in _PAINTERS:
            _PAINTERS[name](axes, element)
        elif name not in _IGNORED:
            raise _UnknownShape(name)


def _number(element: ElementTree.Element, name: str, otherwise: float = 0.0) -> float:
    return float(element.get(name, otherwise))


def _colour(element: ElementTree.Element, name: str, otherwise: str) -> str:
    """A colour for paper: of the theme's it is the one that stands behind the comma."""
    text = element.get(name, otherwise)
    if text.startswith("url("):
        return _HATCHED
    while (found := re.fullmatch(r"var\([^,]+,\s*(.+)\)", text)) is not None:
        text = found[1].strip()
    return PAPER_INK if text == "currentColor" else text


def _style(element: ElementTree.Element) -> dict[str, Any]:
    from matplotlib.colors import to_rgba

    fill, stroke = _colour(element, "fill", "#000000"), _colour(element, "stroke", "none")
    faint = _number(element, "fill-opacity", 1.0) * _number(element, "opacity", 1.0)
    dash = element.get("stroke-dasharray")
    points = _number(element, "stroke-width", 1.0) * _SCALE * 72 / _DPI
    return {
        "facecolor": "none" if fill == "none" else to_rgba(fill, faint if faint < 1 else None),
        "edgecolor": stroke,
        "linewidth": 0 if stroke == "none" else points,
        "linestyle": "--" if dash and dash != "none" else "-",
    }


def _rectangle(axes: Any, element: ElementTree.Element) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y = _number(element, "x"), _number(element, "y")
    width, height = _number(element, "width"), _number(element, "height")
    round_by = min(_number(element, "rx"), width / 2, height / 2)
    style = f"round,pad=0,rounding_size={round_by}" if round_by else "square,pad=0"
    axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=style, **_style(element)))


def _circle(axes: Any, element: ElementTree.Element) -> None:
    from matplotlib.patches import Circle

    centre = (_number(element, "cx"), _number(element, "cy"))
    axes.add_patch(Circle(centre, _number(element, "r"), **_style(element)))


def _line(axes: Any, element: ElementTree.Element) -> None:
    ends = [_number(element, name) for name in ("x1", "x2", "y1", "y2")]
    _stroke(axes, element, ends[:2], ends[2:])


def _stroke(axes: Any, element: ElementTree.Element, xs: list[float], ys: list[float]) -> None:
    style = _style(element)
    axes.plot(
        xs, ys, color=style["edgecolor"], linewidth=style["linewidth"],
        linestyle=style["linestyle"], solid_capstyle="butt", scalex=False, scaley=False,
    )  # fmt: skip


def _points(element: ElementTree.Element) -> tuple[list[float], list[float]]:
    numbers = [float(each) for each in re.split(r"[\s,]+", element.get("points", "").strip())]
    return numbers[0::2], numbers[1::2]


def _polygon(axes: Any, element: ElementTree.Element) -> None:
    from matplotlib.patches import Polygon

    xs, ys = _points(element)
    axes.add_patch(Polygon(list(zip(xs, ys, strict=True)), closed=True, **_style(element)))


def _polyline(axes: Any, element: ElementTree.Element) -> None:
    _stroke(axes, element, *_points(element))


def _words(axes: Any, element: ElementTree.Element) -> None:
    size = float(str(element.get("font-size", "13")).removesuffix("px"))
    across = {"middle": "center", "end": "right"}.get(element.get("text-anchor", ""), "left")
    bold = element.get("font-weight", "") in ("600", "700", "bold")
    axes.text(
        _number(element, "x"), _number(element, "y"), _said(element),
        fontsize=size * _SCALE * 72 / _DPI * 0.9, ha=across, va="baseline",
        color=_colour(element, "fill", "#000000"), fontweight="bold" if bold else "normal",
        parse_math=False,
    )  # fmt: skip


def _said(element: ElementTree.Element) -> str:
    """Its words and those of its parts; a title is what a pointer shows."""
    said = [element.text or ""]
    for part in element:
        if part.tag == f"{_SVG}tspan":
            said.append("".join(part.itertext()))
        said.append(part.tail or "")
    return " ".join("".join(said).split())


_PAINTERS: dict[str, Any] = {
    "rect": _rectangle,
    "circle": _circle,
    "line": _line,
    "polygon": _polygon,
    "polyline": _polyline,
    "text": _words,
}
