"""A graph as an SVG: the same bytes for the same architecture, text as text, no reference outside.

Every card and connection has a stable id (`queue-orders-inbox`, `edge-...`), and connections say
what they join (`data-source`, `data-target`), so that a live board can light them up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from html import escape

from orderlab.drawing.cards import card_svg, cards, sizes
from orderlab.drawing.graph import ASIDE, VERBS, Edge, Graph, Node
from orderlab.drawing.icons import icon_name, symbol
from orderlab.drawing.layout import Layout, Route, arrange
from orderlab.drawing.style import CAPTION_SIZE, CLASS, READABLE_SIZE, stylesheet
from orderlab.drawing.text import in_one_paragraph

TITLE_HEIGHT = 30.0


def draw(
    graph: Graph,
    *,
    new: Collection[str] = (),
    missing: Collection[Node | Edge] = (),
    title: str = "",
    id_prefix: str = "",
) -> str:
    """Draw a graph from left to right and return the SVG.

    `new` holds ids of nodes and edges to be marked as new; `missing` are parts that are not in the
    graph and are drawn grey and dashed. Give `id_prefix` where a page shows a resource twice.
    """
    absent = {part.id for part in missing}
    whole = graph.with_missing(missing)
    drawn = cards(whole)
    layout = arrange(whole, sizes(drawn), top=TITLE_HEIGHT if title else 0.0)
    alt = in_one_paragraph(graph, new=new, missing=missing)
    # names of what is defined in the picture must not meet those of another one on the page
    prefix = _prefix(alt, title, id_prefix)

    def marks(identifier: str) -> str:
        return "missing" if identifier in absent else "new" if identifier in new else ""

    parts = [
        _head(layout, title, alt, prefix),
        _definitions(whole, prefix),
        f'<rect class="paper" width="{layout.width:.0f}" height="{layout.height:.0f}" rx="10"/>',
    ]
    if title:
        parts.append(f'<text class="title" x="18" y="30">{escape(title)}</text>')
    for edge in whole.edges:
        parts.append(_edge(whole, edge, layout.routes[edge.id], prefix, marks(edge.id), id_prefix))
    # after all lines, so that none crosses a label
    parts += [
        _label(edge.label, label_at)
        for edge in whole.edges
        if (label_at := layout.routes[edge.id].label_at) is not None
    ]
    for name, card in drawn.items():
        place = layout.places[name]
        parts.append(card_svg(card, place, prefix=prefix, marks=marks(name), id_prefix=id_prefix))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _prefix(*said: str) -> str:
    """From what the picture says, not from ARNs: an API's id is another one each time."""
    return "d" + hashlib.sha256("\0".join(said).encode()).hexdigest()[:8]


def _head(layout: Layout, title: str, alt: str, prefix: str) -> str:
    width, height = f"{layout.width:.0f}", f"{layout.height:.0f}"
    # where there is no more room, whoever shows it lets it be scrolled
    least = f"{layout.width * READABLE_SIZE / CAPTION_SIZE:.0f}px"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{CLASS}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" '
        f'style="max-width:100%;min-width:{least};height:auto" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc">\n'
        f'<title id="{prefix}-title">{escape(title or "Architecture diagram")}</title>\n'
        f'<desc id="{prefix}-desc">{escape(alt)}</desc>\n<style>{stylesheet()}</style>'
    )


def _definitions(graph: Graph, prefix: str) -> str:
    tips = "".join(
        f'<marker id="{prefix}-{name}" viewBox="0 0 8 8" refX="7.4" refY="4" markerWidth="8.5" '
        f'markerHeight="8.5" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="{name}" d="M0 0L8 4L0 8z"/></marker>'
        for name in ("tip", "tip-wrong", "tip-new")
    )
    kinds = {icon_name(node.kind): node.kind for node in graph.nodes}
    icons = "".join(symbol(kinds[name], f"{prefix}-{name}") for name in sorted(kinds))
    return f"<defs>{tips}{icons}</defs>"


def _edge(graph: Graph, edge: Edge, route: Route, prefix: str, marks: str, id_prefix: str) -> str:
    names = graph.node(edge.source).name, graph.node(edge.target).name
    said = f"{names[0]} {VERBS.get(edge.kind, 'to')} {names[1]}"
    detail = edge.detail or edge.label
    wrong = edge.kind in ASIDE and not marks
    tip = "tip-new" if marks == "new" else "tip-wrong" if wrong else "tip"
    classes = " ".join(filter(None, ["edge", edge.kind, marks]))
    return (
        f'<g class="{classes}" id="{id_prefix}{escape(edge.id)}" '
        f'data-source="{escape(edge.source)}" data-target="{escape(edge.target)}">'
        f"<title>{escape(said + (f' ({detail})' if detail else ''))}</title>"
        f'<path d="{route.path}" marker-end="url(#{prefix}-{tip})"/></g>'
    )


def _label(words: str, middle: tuple[float, float]) -> str:
    x, y = middle
    return (
        f'<text class="label" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">'
        f"{escape(words)}</text>"
    )
