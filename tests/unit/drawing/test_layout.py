"""Where things stand: nothing overlaps, work flows to the right, whichever engine placed it."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations, pairwise

import pytest

from orderlab.drawing import engine
from orderlab.drawing.bands import WIDEST, bands, ranks_of
from orderlab.drawing.cards import cards, sizes
from orderlab.drawing.dot import LABEL_SIZE
from orderlab.drawing.graph import ASIDE, Edge, Graph
from orderlab.drawing.labels import Box, label_places, samples
from orderlab.drawing.layout import Layout, Place, arrange
from orderlab.drawing.measure import text_width
from orderlab.drawing.reference import reference
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


def test_every_edge_has_a_route_and_only_the_way_of_the_work_has_labels() -> None:
    graph = order_system()
    layout = place(graph)
    assert layout.routes.keys() == {edge.id for edge in graph.edges}
    labelled = {e.id for e in graph.edges if layout.routes[e.id].label_at is not None}
    assert labelled == {e.id for e in graph.edges if e.label and e.kind not in ASIDE}


def label_boxes(graph: Graph, layout: Layout) -> list[Box]:
    """What is drawn of each label, without air."""
    found = []
    for edge in graph.edges:
        if (middle := layout.routes[edge.id].label_at) is not None:
            half = text_width(edge.label, LABEL_SIZE) / 2
            found.append((middle[0] - half, middle[1] - 6, middle[0] + half, middle[1] + 6))
    return found


@pytest.mark.parametrize("chapter", [1, 2, 3, 4])
def test_no_label_lies_over_an_edge_a_card_or_another_label(laid_out_by: str, chapter: int) -> None:
    graph = reference(chapter)
    layout = place(graph)
    lines = [point for route in layout.routes.values() for point in samples(route.path)]
    boxes = label_boxes(graph, layout)
    for left, top, right, bottom in boxes:
        assert not any(left < x < right and top < y < bottom for x, y in lines)
        for card in layout.places.values():
            assert not (
                left < card.right
                and right > card.x
                and top < card.y + card.height
                and bottom > card.y
            )
    assert not any(
        a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]
        for a, b in combinations(boxes, 2)
    )


def test_the_label_of_a_level_edge_stands_above_it() -> None:
    found = label_places({"e": 30.0}, {"e": "M0.0,50.0 C20.0,50.0 60.0,50.0 80.0,50.0"}, [])
    x, y = found["e"]
    assert 15 <= x <= 65 and 50 - 14 < y < 50 - 6


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
