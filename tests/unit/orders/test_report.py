"""Figures, prices and the report's page."""

from __future__ import annotations

import json
from array import array
from pathlib import Path

from orderlab.orders.books import Books
from orderlab.orders.demo import plot
from orderlab.orders.demo.measured import Demo, Outage, Run
from orderlab.orders.demo.report import html, write
from orderlab.orders.figures import percentiles
from orderlab.orders.prices import charges, total_usd
from orderlab.orders.reading import MalformedLine
from orderlab.orders.replayed import Refused, Replayed
from orderlab.orders.sampling import Sample

SERVICES = ("inventory", "invoicing", "shipping")


def books(*, lost: int = 0, twice: int = 0) -> Books:
    return Books(
        accepted=2,
        stored=2,
        applied=dict.fromkeys(SERVICES, 2),
        twice=dict.fromkeys(SERVICES, 0) | {"shipping": twice},
        lost=dict.fromkeys(("orders", *SERVICES), 0) | {"shipping": lost},
        dead=dict.fromkeys(("orders-inbox", *SERVICES), 0),
        end_to_end_ms=[100.0, 300.0],
        span_seconds=2.0,
    )


def demo(*, lost: int = 0, twice: int = 0, reason: str = "no") -> Demo:
    replayed = Replayed(
        accepted=["o-1", "o-2"],
        answer_ms=array("d", [5.0, 7.0]),
        refused=[Refused(3, "o-3", 400, reason)],
        malformed=[MalformedLine(4, reason)],
        seconds=1.0,
    )
    samples = [Sample(0.0, {"orders-inbox": 3}, 2, 300.0)]
    run = Run(replayed, books(), samples, charges({"lambda.requests": 10.0}), 300.0, 2)
    outage = Outage(replayed, books(), books(lost=lost, twice=twice), 5.0, 1.0, 30.0)
    return Demo("orders.jsonl", run, outage, "<svg></svg>")


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentiles(range(1, 101)) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentiles([7.0]) == {"p50": 7.0, "p95": 7.0, "p99": 7.0}
    assert percentiles([]) == {}


def test_only_what_has_a_price_is_summed_and_recalled_prices_are_marked() -> None:
    found = {c.item: c for c in charges({"sns.publishes": 1e6, "sqs.requests": 2e6, "odd": 5.0})}
    assert found["sns.publishes"].recalled and not found["sqs.requests"].recalled
    assert found["odd"].usd is None
    assert round(total_usd(list(found.values())), 6) == 1.30


def test_the_verdict_follows_the_books() -> None:
    assert demo().all_well
    assert not demo(lost=1).all_well
    assert not demo(twice=1).all_well
    assert "Nothing was lost" in html(demo())
    assert "Nothing was lost" not in html(demo(twice=1))


def test_text_from_outside_cannot_become_markup() -> None:
    page = html(demo(reason="<script>alert(1)</script>"))
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_the_page_refers_to_nothing_outside_itself() -> None:
    page = html(demo())
    assert "http://" not in page and "https://" not in page and "src=" not in page


def test_the_json_file_says_which_lines_were_refused_and_why(tmp_path: Path) -> None:
    page, data = write(demo(reason="why"), tmp_path / "new" / "folder")
    assert page.exists()
    replay = json.loads(data.read_text())["replay"]
    assert replay["malformed_lines"] == [{"number": 4, "reason": "why"}]
    assert replay["refused"] == {"400: why": 1}
    assert replay["cost"]["charges"][0]["item"] == "lambda.requests"


def test_a_plot_says_in_words_what_it_shows() -> None:
    svg = plot.lines("Depth", {"inbox": [(0.0, 1.0), (1.0, 37.0)]})
    assert "inbox: at most 37" in svg
    assert plot.lines("Empty", {"none": []})
