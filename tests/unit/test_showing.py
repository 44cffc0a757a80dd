"""What a notebook shows has a plain form, alt text, and the theme's colours."""

from __future__ import annotations

import re

import pytest

from orderlab.showing import Picture, Table, measured_plot, show
from orderlab.showing.html_text import html_text


def test_request_ids_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show({"QueueUrl": "u", "ResponseMetadata": {"RequestId": "r"}})
    assert capsys.readouterr().out == '{\n  "QueueUrl": "u"\n}\n'


def test_a_table_reads_as_plain_text() -> None:
    table = Table([{"who": "order-api", "ms": 3.25}, {"who": "worker", "ms": None}])
    assert repr(table) == "who         ms\n---------  ---\norder-api  3.2\nworker"


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
