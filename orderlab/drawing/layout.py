"""Where everything stands: cards in columns, bands below each other, a path for each edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orderlab.drawing.bands import bands, ranks_of, way_on
from orderlab.drawing.dot import LABEL_SIZE
from orderlab.drawing.engine import BandLayout, lay_out
from orderlab.drawing.graph import ASIDE, Edge, Graph
from orderlab.drawing.labels import label_places
from orderlab.drawing.measure import text_width

MARGIN = 36.0
GAP = 60.0
LANE = 14.0
GUTTER = 20.0
CORNER = 9.0

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """A card: its top left corner and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width


@dataclass(frozen=True)
class Route:
    """An edge: the path in SVG's terms, and the middle of its label if it has one."""

    path: str
    label_at: Point | None = None


@dataclass(frozen=True)
class Layout:
    """All of it. `engine` is what placed the cards."""

    width: float
    height: float
    places: Mapping[str, Place]
    routes: Mapping[str, Route]
    engine: str


def arrange(graph: Graph, sizes: Mapping[str, Size], *, top: float = 0.0) -> Layout:
    """Place every node and route every edge; `top` is left free above."""
    rows = bands(graph)
    band_of = {name: index for index, row in enumerate(rows) for name in row}
    folded = [edge for edge in graph.edges if band_of[edge.source] != band_of[edge.target]]
    ranks = ranks_of(graph)
    laid = [_band(graph, row, sizes, ranks) for row in rows]
    gap = GAP + LANE * max(len(folded) - 1, 0)
    places: dict[str, Place] = {}
    paths: dict[str, str] = {}
    lanes = []
    y = top + MARGIN / 2
    for index, band in enumerate(laid):
        places.update(_moved(band, sizes, MARGIN, y))
        paths.update({name: _curve(points, MARGIN, y) for name, points in band.routes.items()})
        y += band.height
        lanes.append(y + GAP / 2)
        y += gap if index < len(laid) - 1 else 0
    for number, edge in enumerate(folded):
        corners = _around(edge, places, band_of, [lane + number * LANE for lane in lanes])
        paths[edge.id] = _rounded(corners)
    width = max((band.width for band in laid), default=0.0)
    engine = laid[0].engine if laid else "none"
    routes = _labelled(graph, paths, places)
    return Layout(width + 2 * MARGIN, y + MARGIN / 2, places, routes, engine)


def _band(
    graph: Graph, row: Sequence[str], sizes: Mapping[str, Size], ranks: Mapping[str, int]
) -> BandLayout:
    inside = set(row)
    edges = [e for e in graph.edges if e.source in inside and e.target in inside]
    # Graphviz keeps this order from top to bottom: the longest way on is the main one
    edges.sort(key=lambda e: (e.kind in ASIDE, -way_on(graph, ranks, e.target), e))
    return lay_out(row, edges, sizes, ranks)


def _moved(band: BandLayout, sizes: Mapping[str, Size], dx: float, dy: float) -> dict[str, Place]:
    return {
        name: Place(x + dx - sizes[name][0] / 2, y + dy - sizes[name][1] / 2, *sizes[name])
        for name, (x, y) in band.centres.items()
    }


def _labelled(
    graph: Graph, paths: Mapping[str, str], places: Mapping[str, Place]
) -> dict[str, Route]:
    # where failed work goes is said by the card at the edge's end
    shown = [edge for edge in graph.edges if edge.label and edge.kind not in ASIDE]
    widths = {edge.id: text_width(edge.label, LABEL_SIZE) for edge in shown}
    cards = [(each.x, each.y, each.right, each.y + each.height) for each in places.values()]
    labels = label_places(widths, paths, cards)
    return {name: Route(path, labels.get(name)) for name, path in paths.items()}


def _curve(points: Sequence[Point], dx: float, dy: float) -> str:
    """A spline of cubic pieces: the first point, then three for each piece."""
    moved = [f"{x + dx:.1f},{y + dy:.1f}" for x, y in points]
    pieces = (" ".join(moved[i : i + 3]) for i in range(1, len(moved), 3))
    return f"M{moved[0]} " + " ".join(f"C{piece}" for piece in pieces)


def _around(
    edge: Edge,
    places: Mapping[str, Place],
    band_of: Mapping[str, int],
    lanes: Sequence[float],
) -> list[Point]:
    """From one band to another: out to the right, along the gap, in from the left."""
    source, target = places[edge.source], places[edge.target]
    here, there = band_of[edge.source], band_of[edge.target]
    first = lanes[here] if there > here else lanes[here - 1]
    last = lanes[there - 1] if there > here else lanes[there]
    out, back = source.right + GUTTER, target.x - GUTTER
    corners = [(source.right, source.middle), (out, source.middle), (out, first)]
    if first != last:
        corners += [(MARGIN / 3, first), (MARGIN / 3, last)]
    return [*corners, (back, last), (back, target.middle), (target.x, target.middle)]


def _rounded(corners: Sequence[Point]) -> str:
    """Straight lines with round corners."""
    path = [f"M{corners[0][0]:.1f},{corners[0][1]:.1f}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        start, end = _towards(corner, before), _towards(corner, after)
        path.append(f"L{start[0]:.1f},{start[1]:.1f}")
        path.append(f"Q{corner[0]:.1f},{corner[1]:.1f} {end[0]:.1f},{end[1]:.1f}")
    path.append(f"L{corners[-1][0]:.1f},{corners[-1][1]:.1f}")
    return " ".join(path)


def _towards(corner: Point, other: Point) -> Point:
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = max(abs(dx), abs(dy))
    step = min(CORNER, length / 2) / length if length else 0.0
    return (corner[0] + dx * step, corner[1] + dy * step)
