"""A node as a card: its icon, its name in one or two lines, what kind of thing it is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from orderlab.drawing.graph import ASIDE, KINDS, Graph, Node
from orderlab.drawing.icons import icon_name
from orderlab.drawing.layout import Place
from orderlab.drawing.measure import BOLD, text_width, wrap
from orderlab.drawing.style import BADGE_SIZE, CAPTION_SIZE, NAME_SIZE

PADDING = 11.0
ICON, SMALL_ICON = 40.0, 26.0
HEIGHT, SMALL_HEIGHT = 66.0, 46.0
NAME_WIDTH = 112.0
NAME_STEP, CAPTION_STEP = 15.0, 14.0

CAPTIONS = {
    "client": "",
    "api": "API Gateway",
    "function": "Lambda",
    "queue": "SQS",
    "table": "DynamoDB",
    "topic": "SNS",
    "cache": "DAX",
    "endpoint": "HTTP",
}
# not where the work flows, so smaller
SMALL = frozenset({"dead-letters"})


@dataclass(frozen=True)
class Card:
    """What a card says; its size is known only beside the others."""

    node: Node
    lines: tuple[str, ...]
    caption: str

    @property
    def icon(self) -> float:
        return SMALL_ICON if self.node.kind in SMALL else ICON

    @property
    def text_width(self) -> float:
        widths = [text_width(line, NAME_SIZE * BOLD) for line in self.lines]
        return max([*widths, text_width(self.caption, CAPTION_SIZE)])


def cards(graph: Graph) -> dict[str, Card]:
    """A card for each node, by id."""
    return {node.id: _card(graph, node) for node in graph.nodes}


def _why(graph: Graph, node: Node) -> str:
    """What brings messages here, in two or three words."""
    reasons = {edge.label for edge in graph.edges if edge.target == node.id and edge.kind in ASIDE}
    return reasons.pop() if len(reasons) == 1 else "failed messages"


def _card(graph: Graph, node: Node) -> Card:
    width = NAME_WIDTH + (ICON - SMALL_ICON if node.kind in SMALL else 0)
    caption = CAPTIONS.get(node.kind, "")
    if node.kind == "dead-letters":
        caption = f"SQS, {_why(graph, node)}"
    if node.kind == "table" and any(fact.startswith("stream") for fact in node.detail):
        caption += ", stream"
    if node.kind == "function" and any(fact.startswith("layer") for fact in node.detail):
        caption += ", layer"
    lines = wrap(node.name, NAME_SIZE * BOLD, width)
    return Card(node, lines, caption)


def sizes(all_cards: dict[str, Card]) -> dict[str, tuple[float, float]]:
    """Every card as wide as the widest, so that columns stand straight."""
    width = max(
        (2 * PADDING + card.icon + 9 + card.text_width for card in all_cards.values()), default=0
    )
    return {name: (round(width), _height(card)) for name, card in all_cards.items()}


def _height(card: Card) -> float:
    if card.node.kind not in SMALL:
        return HEIGHT
    return SMALL_HEIGHT + (NAME_STEP if len(card.lines) > 1 else 0)


def card_svg(card: Card, place: Place, *, prefix: str, marks: str, id_prefix: str) -> str:
    """One card. `marks` is empty, `new` or `missing`."""
    node = card.node
    facts = ", ".join([KINDS.get(node.kind, node.kind), *node.detail])
    title = node.name if node.kind == "client" else f"{node.name}: {facts}"
    text_x = place.x + PADDING + card.icon + 9
    parts = [
        f'<g class="{" ".join(filter(None, ["node", node.kind, marks]))}" '
        f'id="{id_prefix}{escape(node.id)}" data-kind="{node.kind}" '
        f'data-name="{escape(node.name)}">',
        f"<title>{escape(title)}{', ' + marks if marks else ''}</title>",
        f'<rect class="card" x="{place.x:.1f}" y="{place.y:.1f}" width="{place.width:.1f}" '
        f'height="{place.height:.1f}" rx="9"/>',
        f'<use href="#{prefix}-{icon_name(node.kind)}" x="{place.x + PADDING:.1f}" '
        f'y="{place.middle - card.icon / 2:.1f}" width="{card.icon:g}" height="{card.icon:g}"/>',
        *_text(card, text_x, place.middle),
    ]
    if marks:
        parts.append(_badge(marks.upper(), place))
    return "".join([*parts, "</g>"])


def _text(card: Card, x: float, middle: float) -> list[str]:
    rows = [("name", line) for line in card.lines]
    if card.caption:
        rows.append(("caption", card.caption))
    height = NAME_STEP * len(card.lines) + (CAPTION_STEP if card.caption else 0)
    y = middle - height / 2 + NAME_STEP - 3.5
    drawn = []
    for kind, row in rows:
        drawn.append(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(row)}</text>')
        y += NAME_STEP if kind == "name" else CAPTION_STEP
    return drawn


def _badge(word: str, place: Place) -> str:
    width = text_width(word, BADGE_SIZE) + 14
    x, y = place.right - width - 8, place.y - 11.5
    return (
        f'<g class="badge"><rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="17" rx="8.5"/>'
        f'<text x="{x + width / 2:.1f}" y="{y + 12.5:.1f}" text-anchor="middle">{word}</text></g>'
    )
