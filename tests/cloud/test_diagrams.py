"""Kept pictures are those of the system that stands; notebooks show them with words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.drawing.diagram import Diagram
from orderlab.drawing.discover import discover
from orderlab.drawing.generate import TITLES, files
from orderlab.drawing.graph import Graph
from orderlab.drawing.reference import reference
from orderlab.orders.architecture import build


@pytest.fixture(scope="module")
def target() -> Iterator[LocalTarget]:
    with LocalTarget.start(prefix="lesson-", seed=3) as target:
        yield target


@pytest.fixture(scope="module")
def graphs(target: LocalTarget) -> list[tuple[int, Graph]]:
    found = []
    for chapter in TITLES:
        build(target, chapter)
        found.append((chapter, discover(target, prefix=target.name(""))))
    return found


def test_kept_pictures_and_graphs_are_what_stands(graphs: list[tuple[int, Graph]]) -> None:
    stale = [
        path.name
        for path, content in files(iter(graphs))
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]
    assert stale == [], "run `make diagrams`"


def test_a_finished_chapter_misses_nothing_and_marks_what_it_added(
    target: LocalTarget, graphs: list[tuple[int, Graph]]
) -> None:
    diagram = Diagram.of(target, chapter=4, show_missing=True)
    assert diagram.missing == ()
    assert "queue-orders-inbox" in diagram.new and "table-orders" not in diagram.new


def test_what_is_taken_away_is_shown_as_missing(
    target: LocalTarget, graphs: list[tuple[int, Graph]]
) -> None:
    sns = target.client("sns")
    topic = next(t["TopicArn"] for t in sns.list_topics()["Topics"])
    for subscription in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        if subscription["Endpoint"].endswith("shipping"):
            sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    diagram = Diagram.of(target, chapter=4, show_missing=True)
    assert [part.id for part in diagram.missing] == [
        "edge-topic-order-events--queue-shipping--delivers"
    ]


def test_a_notebook_shows_picture_and_words(
    target: LocalTarget, graphs: list[tuple[int, Graph]]
) -> None:
    shown = Diagram.of(target, chapter=4)._repr_mimebundle_()
    assert shown["text/html"].count("<svg ") == 1
    assert "<details>" in shown["text/html"]
    assert shown["text/plain"].startswith("[picture] Architecture diagram of 21 resources.")


@pytest.mark.parametrize(("chapter", "built"), [(0, 0), (5, 4), (7, 4)])
def test_a_chapter_that_builds_nothing_is_compared_with_the_one_before(
    chapter: int, built: int
) -> None:
    assert reference(chapter) == (reference(built) if built else Graph())
