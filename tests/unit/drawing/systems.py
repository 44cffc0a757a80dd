"""Graphs to draw: the finished order system, and parts of it."""

from __future__ import annotations

from orderlab.drawing.graph import Edge, Graph, Node

SERVICES = ("inventory", "invoicing", "shipping")


def node(kind: str, name: str, *detail: str, id_kind: str = "") -> Node:
    return Node(f"{id_kind or kind}-{name}", kind, name, "", detail)


def queue(name: str) -> list[Node]:
    return [node("queue", name), node("dead-letters", f"{name}-dlq", id_kind="queue")]


def redrive(name: str) -> Edge:
    return Edge(f"queue-{name}", f"queue-{name}-dlq", "redrive", "after 4 tries")


def service(name: str) -> tuple[list[Node], list[Edge]]:
    nodes = [*queue(name), node("function", name), node("table", name)]
    edges = [
        Edge("topic-order-events", f"queue-{name}", "delivers", "filtered"),
        Edge(f"queue-{name}", f"function-{name}", "feeds"),
        redrive(name),
        Edge(f"function-{name}", f"table-{name}", "writes"),
    ]
    return nodes, edges


def order_system() -> Graph:
    """Chapter 04's system: as long and as wide as any that the course draws."""
    nodes = [
        node("client", "client"),
        node("api", "order-api", "stage v1"),
        *queue("orders-inbox"),
        node("function", "process-order", "layer orderlib version 1"),
        node("function", "read-orders"),
        node("table", "orders", "stream of NEW_IMAGE"),
        node("function", "publish-order-events"),
        node("dead-letters", "publish-order-events-failed", id_kind="queue"),
        node("topic", "order-events"),
    ]
    edges = [
        Edge("client-client", "api-order-api", "request"),
        Edge("api-order-api", "queue-orders-inbox", "integration", "POST", "POST /orders"),
        Edge("api-order-api", "function-read-orders", "integration", "GET"),
        Edge("queue-orders-inbox", "function-process-order", "feeds"),
        redrive("orders-inbox"),
        Edge("function-process-order", "table-orders", "writes"),
        Edge("function-read-orders", "table-orders", "reads"),
        Edge("table-orders", "function-publish-order-events", "stream", "stream"),
        Edge("function-publish-order-events", "topic-order-events", "publishes"),
        Edge(
            "function-publish-order-events",
            "queue-publish-order-events-failed",
            "failure",
            "failed batches",
        ),
    ]
    for name in SERVICES:
        more_nodes, more_edges = service(name)
        nodes += more_nodes
        edges += more_edges
    return Graph.of(nodes, edges)


def without(graph: Graph, name: str) -> Graph:
    return Graph.of([each for each in graph.nodes if name not in each.name], graph.edges)
