from __future__ import annotations

from orderlab.drawing.graph import Edge, Graph
from orderlab.drawing.text import in_one_paragraph, walk_through
from tests.unit.drawing.systems import node, order_system, without


def test_a_paragraph_names_every_resource() -> None:
    said = in_one_paragraph(order_system())
    assert all(each.name in said for each in order_system().nodes)
    assert "\n" not in said


def test_the_walk_begins_with_the_client_and_follows_an_order() -> None:
    lines = walk_through(order_system()).splitlines()
    assert lines[0] == "1. A client calls the REST API order-api."
    inbox = next(n for n, line in enumerate(lines) if "queue orders-inbox feeds" in line)
    stream = next(n for n, line in enumerate(lines) if "streams its changes" in line)
    assert inbox < stream


def test_what_is_new_and_missing_is_said() -> None:
    whole = order_system()
    part = without(whole, "shipping")
    missing = part.difference(whole).missing
    said = in_one_paragraph(part, new={"queue-orders-inbox"}, missing=missing)
    assert "New here: the queue orders-inbox." in said
    assert "Not there yet: the function shipping, " in said


def test_resources_without_connections_are_named() -> None:
    graph = Graph.of([node("table", "orders"), node("queue", "inbox")], [])
    assert "The queue inbox and the table orders stand alone" in in_one_paragraph(graph)


def test_details_are_in_the_walk_and_not_in_the_paragraph() -> None:
    nodes = [node("api", "order-api"), node("queue", "inbox", "visibility timeout 60 s")]
    graph = Graph.of(
        nodes, [Edge("api-order-api", "queue-inbox", "integration", "POST", "POST /o")]
    )
    assert "POST /o" in walk_through(graph) and "POST /o)" not in in_one_paragraph(graph)
