"""The way of one order, drawn into the picture of what is deployed."""

from __future__ import annotations

from collections.abc import Iterable

from orderlab.drawing.graph import Graph
from orderlab.drawing.picture import draw


def keys_of(graph: Graph) -> dict[str, str]:
    """Node ids by the key that an ARN of the node, of its stream or of its index gives."""
    return {arn_key(node.arn): node.id for node in graph.nodes}


def arn_key(arn: str) -> str:
    """What the recorder's names and the picture's nodes have in common.

    A stream belongs to its table, an index too; an API is told by its id, which both hold.
    """
    if not arn.startswith("arn:"):
        return arn
    service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5]
    if service == "dynamodb":
        return "/".join(rest.split("/")[:2])
    if service == "execute-api":
        return f"api:{rest.split('/')[0]}"
    if service == "apigateway":
        return f"api:{rest.rpartition('/')[2]}"
    if service == "lambda":
        return ":".join(rest.split(":")[:2])
    return f"{service}:{rest}"


def draw_route(graph: Graph, calls: Iterable[tuple[str, str]]) -> str:
    """The picture with every edge thick that a call (source ARN, target ARN) went along."""
    nodes = keys_of(graph)
    went = {(nodes.get(arn_key(source)), nodes.get(arn_key(target))) for source, target in calls}
    svg = draw(graph, id_prefix="route-")
    chosen = [
        f'[data-source="{edge.source}"][data-target="{edge.target}"]'
        for edge in graph.edges
        if (edge.source, edge.target) in went
    ]
    if not chosen:
        return svg
    selectors = ", ".join(f".orderlab-route {each} path" for each in chosen)
    style = f"<style>{selectors} {{ stroke-width: 4px; stroke: #d9822b; }}</style>"
    # the waterfall below it says the same without colour
    return f'<div class="orderlab-route">{style}{svg}</div>'
