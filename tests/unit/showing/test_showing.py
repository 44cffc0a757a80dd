"""What a notebook shows has a plain form, alt text, and the theme's colours."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from orderlab.showing import Picture, Table, measured_plot, show
from orderlab.showing.html_text import html_text


def test_request_ids_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show({"QueueUrl": "u", "ResponseMetadata": {"RequestId": "r"}})
    assert capsys.readouterr().out == '{\n  "QueueUrl": "u"\n}\n'


def test_a_table_reads_as_plain_text() -> None:
    table = Table([{"who": "order-api", "ms": 3.25}, {"who": "worker", "ms": None}])
    assert repr(table) == "who         ms\n---------  ---\norder-api  3.2\nworker"


@pytest.mark.parametrize(
    "values",
    [["12.3 ms", "5 ms"], ["$ 0.000012", "no price here", "$ 1.00"], ["64 %", ""], [1, 2.5, None],
     ["3,168 orders", "-"], ["< 1 ms", "18 orders/s"]],
)  # fmt: skip
def test_numbers_and_their_head_stand_at_the_right(values: list[object]) -> None:
    shown = Table([{"n": value, "who": "x"} for value in values])
    html = shown._repr_html_()
    assert re.search(r'<th scope="col" style="text-align:right[^"]*">n</th>', html)
    assert html.count("text-align:right") == len(values) + 1
    assert repr(shown).splitlines()[0].split("  ")[-2].endswith("n")


@pytest.mark.parametrize(
    "values", [["2 of 3", "1 of 3"], ["o-12", "o-13"], [True, False], ["", None], ["2024-01-01"]]
)
def test_words_stand_at_the_left_with_their_head(values: list[object]) -> None:
    html = Table([{"n": value} for value in values])._repr_html_()
    assert "text-align:right" not in html and html.count("text-align:left") == len(values) + 1


def test_a_table_escapes_what_it_shows() -> None:
    assert "<b>" not in Table([{"a": "<b>"}])._repr_html_()


def test_a_picture_without_alt_text_is_refused() -> None:
    with pytest.raises(ValueError, match="alt text"):
        Picture("<svg/>", " ")


def test_a_plot_takes_the_themes_colour_and_the_same_bytes_twice() -> None:
    from matplotlib import pyplot

    def plot() -> str:
        figure, axes = pyplot.subplots()
        axes.plot([1, 2], [3, 4])
        axes.set_title("t")
        return measured_plot(figure, "A line from 3 to 4 ms.").svg

    first = plot()
    assert first == plot() and "--jp-content-font-color1" in first and "#010203" not in first


def test_no_two_dollar_signs_stand_in_one_piece_of_text() -> None:
    shown = html_text("$1 < $2")
    assert shown.count("$") == 2 and "&lt;" in shown
    assert all(piece.count("$") <= 1 for piece in re.split(r"<[^>]+>", shown))


def test_no_two_dollar_signs_stand_in_one_piece_of_a_drawing() -> None:
    from orderlab.showing.drawings.sketch import Sketch

    svg = Sketch(100).text(0, 20, "$input and $context").picture("x").svg
    assert svg.count("$") == 2
    assert all(piece.count("$") <= 1 for piece in re.split(r"<[^>]+>", svg))


def test_labels_of_lines_that_end_together_stand_apart() -> None:
    from orderlab.showing.plots import line_plot

    svg = line_plot("t", {"one": [1, 9.0], "two": [3, 9.01], "three": [2, 9.02]}).svg
    heights = []
    for name in ("one", "two", "three"):
        found = re.search(
            rf"translate\([\d.]+ ([\d.]+)\)[^>]*>{name}</text>|"
            rf'y="([\d.]+)"[^>]*>{name}</text>',
            svg,
        )
        assert found, name
        heights.append(float(found[1] or found[2]))
    ordered = sorted(heights)
    assert all(b - a >= 11 for a, b in pairwise(ordered))


def test_words_stand_above_a_sloping_arrow() -> None:
    from orderlab.showing.drawings.sketch import Sketch

    svg = Sketch(100).arrow(0, 90, 100, 10, "a moment later").picture("x").svg
    y = re.search(r'y="([\d.]+)"[^>]*>a moment later', svg)
    assert y and float(y[1]) < 50 - 7 - 20
    assert "min-width:750px" in svg
