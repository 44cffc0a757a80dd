from __future__ import annotations

from orderlab.drawing.graph import Edge, Graph, Node
from orderlab.drawing.reference import from_json, to_json
from tests.unit.drawing.systems import node, order_system, without


def test_order_of_discovery_does_not_matter() -> None:
    graph = order_system()
    assert Graph.of(reversed(graph.nodes), reversed(graph.edges)) == graph


def test_an_edge_to_something_that_is_not_there_is_left_out() -> None:
    graph = Graph.of([node("queue", "a")], [Edge("queue-a", "queue-b", "redrive")])
    assert graph.edges == ()


def test_difference_names_what_is_new_and_holds_what_is_missing() -> None:
    whole = order_system()
    part = without(whole, "shipping")
    assert whole.difference(part).new >= {"queue-shipping", "function-shipping"}
    assert whole.difference(part).missing == ()
    missing = part.difference(whole).missing
    assert {each.name for each in missing if isinstance(each, Node)} == {
        "shipping",
        "shipping-dlq",
    }
    assert any(isinstance(each, Edge) for each in missing)


def test_the_same_system_in_another_account_is_no_difference() -> None:
    here = Graph.of([Node("queue-a", "queue", "a", "arn:aws:sqs:us-east-1:111111111111:a")], [])
    there = Graph.of([Node("queue-a", "queue", "a", "arn:aws:sqs:us-east-1:222222222222:a")], [])
    assert here.difference(there).new == frozenset()


def test_a_graph_with_its_missing_parts_is_whole_again() -> None:
    whole = order_system()
    part = without(whole, "shipping")
    assert part.with_missing(part.difference(whole).missing) == whole


def test_a_kept_graph_reads_back() -> None:
    assert from_json(to_json(order_system())) == order_system()
