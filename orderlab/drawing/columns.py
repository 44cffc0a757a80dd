"""The plainest layout: a column for each rank, curves between them. Needs no Graphviz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orderlab.drawing.dot import BandPlaces, Point, Size
from orderlab.drawing.graph import Edge

COLUMN_GAP = 76.0
ROW_GAP = 18.0


def place(
    names: Sequence[str],
    edges: Sequence[Edge],
    sizes: Mapping[str, Size],
    ranks: Mapping[str, int],
) -> BandPlaces:
    """Place a band's nodes by rank, each column centred."""
    columns = _columns(names, ranks)
    height = max((_height(column, sizes) for column in columns), default=0.0)
    centres: dict[str, Point] = {}
    x = 0.0
    for column in columns:
        width = max(sizes[name][0] for name in column)
        y = (height - _height(column, sizes)) / 2
        for name in column:
            centres[name] = (x + width / 2, y + sizes[name][1] / 2)
            y += sizes[name][1] + ROW_GAP
        x += width + COLUMN_GAP
    routes = {edge.id: _curve(edge, centres, sizes) for edge in edges}
    return BandPlaces(max(x - COLUMN_GAP, 0.0), height, centres, routes)


def _columns(names: Sequence[str], ranks: Mapping[str, int]) -> list[list[str]]:
    return [
        [name for name in names if ranks[name] == rank]
        for rank in sorted({ranks[name] for name in names})
    ]


def _height(column: Sequence[str], sizes: Mapping[str, Size]) -> float:
    return sum(sizes[name][1] for name in column) + ROW_GAP * (len(column) - 1)


def _curve(edge: Edge, centres: Mapping[str, Point], sizes: Mapping[str, Size]) -> Sequence[Point]:
    (x1, y1), (x2, y2) = centres[edge.source], centres[edge.target]
    x1, x2 = x1 + sizes[edge.source][0] / 2, x2 - sizes[edge.target][0] / 2
    bend = max(abs(x2 - x1) / 2, 24.0)
    return [(x1, y1), (x1 + bend, y1), (x2 - bend, y2), (x2, y2)]
