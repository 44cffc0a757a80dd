"""The board shows the shop; what was deployed to practise is folded away."""

from __future__ import annotations

from orderlab.dashboards.order_path import order_path
from orderlab.drawing.graph import Edge, Graph
from tests.unit.drawing.systems import node, order_system

PRACTICE = [node("api", "drafts"), node("function", "try-out"), node("queue", "probe")]


def test_what_was_deployed_to_practise_is_left_out() -> None:
    whole = order_system()
    edges = [
        Edge("client-client", "api-drafts", "request"),
        Edge("api-drafts", "function-try-out", "integration"),
        Edge("function-try-out", "table-orders", "writes"),
        Edge("topic-order-events", "queue-probe", "delivers"),
    ]
    shown, folded = order_path(Graph.of([*whole.nodes, *PRACTICE], [*whole.edges, *edges]))
    assert [each.name for each in folded] == ["drafts", "try-out"]
    assert "queue-probe" in {each.id for each in shown.nodes}
    assert {each.id for each in whole.parts} <= {each.id for each in shown.parts}


def test_without_any_part_of_the_shop_everything_is_shown() -> None:
    graph = Graph.of([node("client", "client"), *PRACTICE], [])
    assert order_path(graph) == (graph, ())
