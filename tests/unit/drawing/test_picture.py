"""The SVG: well-formed, the same every time, complete without anything outside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from orderlab.drawing.diagram import Diagram
from orderlab.drawing.graph import Edge, Graph
from orderlab.drawing.icons import FILES, FOLDER
from orderlab.drawing.make_icons import PIXELS, SOURCES, small_icon
from orderlab.drawing.picture import draw
from orderlab.drawing.reference import reference
from tests.unit.drawing.systems import node, order_system, without
from tests.unit.fake_target import FakeTarget

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).parents[3]


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def groups(svg: str, class_name: str) -> list[ElementTree.Element]:
    return [g for g in parse(svg).iter(f"{SVG}g") if class_name in (g.get("class") or "").split()]


def test_every_node_and_edge_is_drawn_once_under_its_stable_id() -> None:
    graph = order_system()
    svg = draw(graph)
    assert sorted(g.get("id", "") for g in groups(svg, "node")) == [n.id for n in graph.nodes]
    edges = groups(svg, "edge")
    assert {g.get("id") for g in edges} == {edge.id for edge in graph.edges}
    ends = {(g.get("data-source"), g.get("data-target")) for g in edges}
    assert ("queue-orders-inbox", "function-process-order") in ends


def test_names_are_escaped() -> None:
    texts = ["".join(t.itertext()) for t in parse(draw(order_system())).iter(f"{SVG}text")]
    assert {"orders-inbox", "process-order", "POST"} <= set(texts)


def test_ids_are_unique_and_references_lead_somewhere() -> None:
    root = parse(draw(order_system(), title="All"))
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', draw(order_system(), title="All"))
    assert set(used) <= set(ids)


def test_each_icon_is_embedded_once() -> None:
    graph = order_system()
    files = {FILES[node.kind] for node in graph.nodes if node.kind in FILES}
    svg = draw(graph)
    assert svg.count("data:image/png;base64,") == len(files) == 5
    assert "http://" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in svg


def test_the_picture_tells_a_screen_reader_what_it_shows() -> None:
    root = parse(draw(order_system(), title="The system"))
    assert root.get("role") == "img"
    labelled = (root.get("aria-labelledby") or "").split()
    by_id = {each.get("id"): "".join(each.itertext()) for each in root.iter() if each.get("id")}
    assert by_id[labelled[0]] == "The system"
    assert "the queue orders-inbox feeds the function process-order" in by_id[labelled[1]].lower()


def test_what_is_new_and_what_is_missing_is_said_in_words_too() -> None:
    whole = order_system()
    part = without(whole, "shipping")
    svg = draw(part, new={"queue-orders-inbox"}, missing=part.difference(whole).missing)
    assert ["".join(g.itertext()) for g in groups(svg, "badge")].count("NEW") == 1
    assert ["".join(g.itertext()) for g in groups(svg, "badge")].count("MISSING") == 4
    new = [g.get("id") for g in groups(svg, "node") if "new" in (g.get("class") or "").split()]
    assert new == ["queue-orders-inbox"]


def test_themes_are_followed_by_variables_and_by_the_readers_preference() -> None:
    svg = draw(order_system())
    assert "prefers-color-scheme:dark" in svg
    assert "var(--jp-content-font-color1," in svg


def test_no_type_is_shown_smaller_than_ten_pixels() -> None:
    svg = draw(order_system())
    least, width = re.search(r"min-width:(\d+)px", svg), re.search(r' width="(\d+)"', svg)
    assert least and width
    smallest = min(float(size) for size in re.findall(r"font-size:([\d.]+)px", svg))
    assert smallest * int(least[1]) / int(width[1]) >= 9.99


def test_only_what_the_chapter_adds_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    practice = [node("function", "try-out"), node("table", "drafts")]
    edge = Edge("function-try-out", "table-drafts", "writes")
    before, after = reference(2), reference(3)
    standing = Graph.of([*after.nodes, *practice], [*after.edges, edge])
    monkeypatch.setattr("orderlab.drawing.diagram.discover", lambda target, prefix: standing)
    found = Diagram.of(FakeTarget(), chapter=3)
    assert found.new == after.difference(before).new
    assert ">try-out<" in found.svg and "New here" in found.alt
    assert "try-out" not in found.alt.partition("New here")[2]
    assert "overflow-x:auto" in found._repr_mimebundle_()["text/html"]


def test_styles_do_not_reach_outside_the_picture() -> None:
    style = re.search(r"<style>(.*?)</style>", draw(order_system()), re.DOTALL)
    assert style
    rules = re.sub(r"@media[^{]*{(.*)}$", r"\1", style[1], flags=re.MULTILINE)
    selectors = [one for line in rules.splitlines() for one in line.split("{")[0].split(",")]
    assert all(".orderlab-diagram" in selector for selector in selectors)


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_the_same_system_gives_the_same_bytes_in_another_process(hash_seed: str) -> None:
    code = (
        "from orderlab.drawing.picture import draw\n"
        "from tests.unit.drawing.systems import order_system\n"
        "print(draw(order_system(), title='T'), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == draw(order_system(), title="T")


def test_the_same_system_in_another_account_gives_the_same_bytes() -> None:
    graph = order_system()
    elsewhere = Graph.of([replace(each, arn=f"arn:{each.id}") for each in graph.nodes], graph.edges)
    assert draw(elsewhere) == draw(graph)


def test_names_with_markup_and_control_characters_do_no_harm() -> None:
    odd = [node("topic", "a<b>&\"c'"), node("queue", "x" * 80), node("unknown-kind", "ünï.fifo")]
    svg = draw(Graph.of(odd, [Edge(odd[0].id, odd[1].id, "delivers", "<&>")]))
    parse(svg)
    assert "a&lt;b&gt;" in svg


def test_an_empty_account_can_be_drawn() -> None:
    assert "nothing is deployed yet" in draw(Graph())
    parse(draw(Graph()))


def test_kept_icons_are_those_of_the_package_diagrams_made_small() -> None:
    import io

    from PIL import Image

    for kind in SOURCES:
        with Image.open(FOLDER / f"{kind}.png") as kept:
            assert kept.size == (PIXELS, PIXELS)
            with Image.open(io.BytesIO(small_icon(kind))) as made:
                assert made.convert("RGBA").tobytes() == kept.convert("RGBA").tobytes()
