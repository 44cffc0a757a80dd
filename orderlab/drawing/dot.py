"""Graphviz's two languages: what we ask in DOT, what it answers in its plain form.

https://graphviz.org/docs/outputs/plain/
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orderlab.drawing.graph import ASIDE, Edge
from orderlab.drawing.measure import text_width

PIXELS_PER_INCH = 72.0
LABEL_SIZE = 11
MIN_GAP = 44.0

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True)
class BandPlaces:
    """One band, in pixels from its own top left corner.

    `routes`: for each edge id the points of its spline.
    """

    width: float
    height: float
    centres: Mapping[str, Point]
    routes: Mapping[str, Sequence[Point]]


def to_dot(
    names: Sequence[str],
    edges: Sequence[Edge],
    sizes: Mapping[str, Size],
    ranks: Mapping[str, int],
) -> str:
    """The question. Nodes are called n0, n1 ... in the order of `names`."""
    number = {name: index for index, name in enumerate(names)}
    lines = [
        "digraph {",
        f"rankdir=LR; ordering=out; nodesep=0.25; ranksep={_gap(edges):.4f}; splines=spline;",
        "margin=0; pad=0;",
        'node [shape=box fixedsize=true label=""];',
        "edge [dir=none];",
    ]
    for name in names:
        width, height = (length / PIXELS_PER_INCH for length in sizes[name])
        lines.append(f"n{number[name]} [width={width:.4f} height={height:.4f}];")
    for column in sorted(set(ranks.values())):
        members = " ".join(f"n{number[name]};" for name in names if ranks[name] == column)
        lines.append(f"{{rank=same; {members}}}")
    for edge in edges:
        lines.append(
            f"n{number[edge.source]} -> n{number[edge.target]} [{_attributes(edge, ranks)}];"
        )
    return "\n".join([*lines, "}"])


def _attributes(edge: Edge, ranks: Mapping[str, int]) -> str:
    if ranks[edge.source] >= ranks[edge.target]:
        return "constraint=false"
    return f"weight={1 if edge.kind in ASIDE else 4} tailport=e headport=w"


def _gap(edges: Sequence[Edge]) -> float:
    """Inches between columns: room for the widest label, and for lines to part before it."""
    widest = max(
        (text_width(edge.label, LABEL_SIZE) for edge in edges if edge.kind not in ASIDE),
        default=0.0,
    )
    return max(MIN_GAP, widest + 42.0) / PIXELS_PER_INCH


def read_plain(answer: str, names: Sequence[str], edges: Sequence[Edge]) -> BandPlaces:
    """The answer, turned from inches above the bottom to pixels below the top."""
    width = height = 0.0
    centres: dict[str, Point] = {}
    routes: dict[str, Sequence[Point]] = {}
    waiting: dict[tuple[str, str], list[Edge]] = {}
    number = {name: f"n{index}" for index, name in enumerate(names)}
    for edge in edges:
        waiting.setdefault((number[edge.source], number[edge.target]), []).append(edge)

    def point(x: str, y: str) -> Point:
        return (float(x) * PIXELS_PER_INCH, height - float(y) * PIXELS_PER_INCH)

    for line in answer.splitlines():
        word = shlex.split(line)
        if word[0] == "graph":
            width, height = float(word[2]) * PIXELS_PER_INCH, float(word[3]) * PIXELS_PER_INCH
        elif word[0] == "node":
            centres[names[int(word[1][1:])]] = point(word[2], word[3])
        elif word[0] == "edge":
            count = int(word[3])
            flat = word[4 : 4 + 2 * count]
            points = [point(x, y) for x, y in zip(flat[::2], flat[1::2], strict=True)]
            edge = waiting[word[1], word[2]].pop(0)
            routes[edge.id] = points
    return BandPlaces(width, height, centres, routes)
