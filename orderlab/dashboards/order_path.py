"""What belongs to an order's path, told from what somebody deployed to practise."""

from __future__ import annotations

from collections.abc import Collection

from orderlab.drawing.graph import Graph, Node
from orderlab.drawing.reference import shop


def order_path(graph: Graph) -> tuple[Graph, tuple[Node, ...]]:
    """The part of a graph that orders go through, and the nodes that were left out.

    It is whatever a chapter of the course builds for the shop, and whatever that leads on to. Where
    none of it stands, nothing is left out.
    """
    clients = {node.id for node in graph.nodes if node.kind == "client"}
    known = {node.id for node in graph.nodes if node.id in shop()} - clients
    if not known:
        return graph, ()
    kept = clients | _led_on_to(graph, known)
    folded = tuple(node for node in graph.nodes if node.id not in kept)
    return Graph.of([node for node in graph.nodes if node.id in kept], graph.edges), folded


def _led_on_to(graph: Graph, starts: Collection[str]) -> set[str]:
    reached, waiting = set(starts), list(starts)
    while waiting:
        here = waiting.pop()
        onward = {edge.target for edge in graph.edges if edge.source == here} - reached
        reached |= onward
        waiting.extend(onward)
    return reached
