"""Where things stand: nothing overlaps, work flows to the right, whichever engine placed it."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations, pairwise

import pytest

from orderlab.drawing import engine
from orderlab.drawing.bands import WIDEST, bands, ranks_of
from orderlab.drawing.cards import cards, sizes
from orderlab.drawing.graph import Edge, Graph
from orderlab.drawing.layout import Layout, Place, arrange
from tests.unit.drawing.systems import node, order_system


def place(graph: Graph) -> Layout:
    return arrange(graph, sizes(cards(graph)))


@pytest.fixture(params=["wasm", "columns"])
def laid_out_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The engine that is left when the others are taken away."""
    chosen: str = request.param
    for name in list(engine.ENGINES):
        if name != chosen:
            monkeypatch.delitem(engine.ENGINES, name)
    return chosen


def overlap(a: Place, b: Place) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.y + b.height and b.y < a.y + a.height


def overlapping(layout: Layout) -> list[tuple[str, str]]:
    return [
        (one, other)
        for (one, a), (other, b) in combinations(layout.places.items(), 2)
        if overlap(a, b)
    ]


def test_cards_do_not_overlap(laid_out_by: str) -> None:
    layout = place(order_system())
    assert layout.engine == laid_out_by
    assert overlapping(layout) == []


def test_everything_is_inside_the_picture(laid_out_by: str) -> None:
    layout = place(order_system())
    for each in layout.places.values():
        assert each.x >= 0 and each.y >= 0
        assert each.right <= layout.width and each.y + each.height <= layout.height


def test_work_flows_to_the_right_within_a_band(laid_out_by: str) -> None:
    graph = order_system()
    layout = place(graph)
    band = {name: index for index, row in enumerate(bands(graph)) for name in row}
    for edge in graph.edges:
        if band[edge.source] == band[edge.target]:
            assert layout.places[edge.source].right < layout.places[edge.target].x, edge.id


def test_every_edge_has_a_route_and_the_labels_of_one_column_stand_apart() -> None:
    graph = order_system()
    layout = place(graph)
    assert layout.routes.keys() == {edge.id for edge in graph.edges}
    labels = [layout.routes[e.id].label_at for e in graph.edges if e.label == "filtered"]
    assert all(abs(a[1] - b[1]) > 14 for a, b in combinations(labels, 2))


def test_a_long_chain_is_folded_where_one_edge_crosses() -> None:
    graph = order_system()
    first, second = bands(graph)
    crossing = [e for e in graph.edges if (e.source in first) != (e.target in first)]
    assert [edge.kind for edge in crossing] == ["stream"]
    assert "table-orders" in first and "function-publish-order-events" in second


def test_no_band_is_wider_than_can_be_read() -> None:
    chain = [node("queue", f"q{number:02d}") for number in range(30)]
    edges = [Edge(a.id, b.id, "delivers") for a, b in pairwise(chain)]
    graph = Graph.of(chain, edges)
    assert all(len(band) <= WIDEST for band in bands(graph))
    assert overlapping(place(graph)) == []


def test_a_dead_letter_queue_stays_in_the_band_of_its_queue() -> None:
    graph = order_system()
    for band in bands(graph):
        assert ("queue-orders-inbox" in band) == ("queue-orders-inbox-dlq" in band)


def test_cycles_are_drawn(laid_out_by: str) -> None:
    names = ["a", "b", "c"]
    edges = [Edge(f"queue-{x}", f"queue-{y}", "delivers") for x, y in ("ab", "bc", "ca", "aa")]
    graph = Graph.of([node("queue", name) for name in names], edges)
    layout = place(graph)
    assert overlapping(layout) == []
    assert layout.routes.keys() == {edge.id for edge in graph.edges}


@pytest.mark.parametrize("seed", range(12))
def test_any_system_can_be_drawn(seed: int) -> None:
    chance = random.Random(seed)
    kinds = ["queue", "function", "table", "topic", "dead-letters"]
    nodes = [node(chance.choice(kinds), f"n{n}" * chance.randint(1, 9)) for n in range(1, 26)]
    edges = [
        Edge(chance.choice(nodes).id, chance.choice(nodes).id, "delivers", chance.choice(["", "x"]))
        for _ in range(40)
    ]
    graph = Graph.of(nodes, edges)
    layout = place(graph)
    assert layout.places.keys() == {each.id for each in nodes}
    assert overlapping(layout) == []


def test_an_engine_that_fails_is_passed_over() -> None:
    def broken(_: str) -> str:
        raise OSError("no such program")

    def nonsense(_: str) -> str:
        return "graph 1"

    engines: dict[str, Callable[[str], str]] = {"broken": broken, "nonsense": nonsense}
    edges = [Edge("a", "b", "feeds")]
    ranks = {"a": 0, "b": 1}
    found = engine.lay_out(["a", "b"], edges, dict.fromkeys("ab", (100, 60)), ranks, engines)
    assert found.engine == "columns"
    assert found.centres["a"][0] < found.centres["b"][0]


def test_ranks_put_what_starts_something_just_before_it() -> None:
    graph = Graph.of(
        [node("queue", name) for name in "abcz"],
        [
            Edge("queue-a", "queue-b", "delivers"),
            Edge("queue-b", "queue-c", "delivers"),
            Edge("queue-z", "queue-c", "delivers"),
        ],
    )
    assert ranks_of(graph) == {"queue-a": 0, "queue-b": 1, "queue-c": 2, "queue-z": 1}
