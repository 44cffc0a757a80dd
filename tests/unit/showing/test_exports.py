"""Plots, tables and results as files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from orderlab.drawing.diagram import Diagram
from orderlab.drawing.graph import Graph, Node
from orderlab.drawing.trace_steps import Step
from orderlab.errors import LearnerError
from orderlab.orders.replayed import Refused, Replayed
from orderlab.practice.backlog import Backlog, WorkedOff
from orderlab.practice.false_empties import FalseEmpties
from orderlab.practice.idle_cost import IdleCost, Metered
from orderlab.practice.metered import Bill
from orderlab.practice.orders import Sent
from orderlab.practice.polling_chances import odds, simulation
from orderlab.practice.power_tuning import AtSize, PowerTuning
from orderlab.practice.read_week import ReadWeek
from orderlab.practice.simulated import connection_storm, provisioned
from orderlab.practice.tables import Strikes
from orderlab.practice.variants import Variants, Way
from orderlab.requirements.finding import Finding
from orderlab.requirements.scoreboard import Scoreboard
from orderlab.showing.drawings import DRAWINGS, drawing
from orderlab.showing.exportable import Exportable
from orderlab.showing.exports import as_csv, file_name
from orderlab.showing.plots import bar_plot, line_plot
from orderlab.showing.raster import png_of
from orderlab.showing.table import Table
from orderlab.simulation.polling import Setting
from orderlab.trace import Trace
from tests.unit.fake_target import FakeTarget

PNG = b"\x89PNG\r\n\x1a\n"


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8"))))


def kinds(paths: Sequence[Path]) -> list[str]:
    return sorted(path.suffix for path in paths)


def results() -> list[Exportable]:
    refused = [Refused(3, "o-3", 429, "Too Many Requests")]
    return [
        Sent(["o-1", "o-2"], refused, [3.0, 5.0], 1.5),
        Sent([], refused, [], 0.1),
        Replayed(accepted=["o-1"], refused=refused),
        FalseEmpties(
            Setting(8, (4, 4), (1.0,) * 8), {1: 90, 3: 20}, receives=200, wait=0, seconds=2.0
        ),
        IdleCost({0: Metered("short poll", 60, 60.0), 20: Metered("long poll", 3, 60.0)}),
        Backlog(FakeTarget(), "inbox", [0.0, 1.0], [4, 0], [0, 1]),
        WorkedOff(10, 2, 0, 1, 3.0),
        Strikes(40, 3, "throttled"),
        simulation(3, receives=1000),
        odds(3),
        connection_storm(proxy=True),
        PowerTuning("seal", [AtSize(128, (9.0, 8.0)), AtSize(512, (2.0, 2.5))]),
        ReadWeek([1.0, 2.0], 2, 1.5, 1, 1),
        Trace("o-1", [Step(0.0, "client", "api", "POST /orders", duration_ms=3.0)]),
        Bill({"sqs.requests": 120.0}, 40),
        Variants([Way("SNS", {"o-1": 0.0}, {"o-1": [0.5]})], seed=7),
        provisioned(40),
        Scoreboard("what is deployed", [Finding("R1", "green", "0 lost", "tried")], chapter=4),
    ]


@pytest.mark.parametrize("result", results(), ids=lambda each: type(each).__name__)
def test_every_result_is_written_as_csv_svg_and_png(result: Exportable, tmp_path: Path) -> None:
    written = result.export(str(tmp_path / "out")).paths
    assert kinds(written) == [".csv", ".png", ".svg"]
    table, svg, png = (next(p for p in written if p.suffix == each) for each in (
        ".csv", ".svg", ".png"))  # fmt: skip
    assert len(rows_of(table)) >= 2
    ElementTree.fromstring(svg.read_bytes())
    assert png.read_bytes().startswith(PNG)


def test_a_plot_is_written_with_its_numbers(tmp_path: Path) -> None:
    plot = line_plot(
        "Time to answer", {"a": [1.5, 2.5], "b": [3.0, 4.0]}, x=[10, 20], x_label="orders"
    )
    written = plot.export(str(tmp_path)).paths
    assert [path.name for path in written] == [
        "time-to-answer.csv", "time-to-answer.svg", "time-to-answer.png",
    ]  # fmt: skip
    assert rows_of(written[0]) == [["orders", "a", "b"], ["10", "1.5", "3.0"], ["20", "2.5", "4.0"]]


def test_an_exported_picture_says_its_words_and_does_not_need_the_notebook(tmp_path: Path) -> None:
    plot = bar_plot("Cost", {"a": 1.0}, alt="Cost: a 1", n=200, seed=7, seconds=12)
    svg = next(p for p in plot.export(str(tmp_path)).paths if p.suffix == ".svg").read_text()
    assert "<title>Cost: a 1 n = 200, seed 7, 12.0 s</title>" in svg
    assert svg.startswith("<svg") and 'xmlns="http://www.w3.org/2000/svg"' in svg


def test_a_caption_states_n_seed_and_duration() -> None:
    shown = line_plot("t", {"a": [1, 2, 3]}, seed=4, seconds=2.25)._repr_mimebundle_()["text/html"]
    assert "3 values, seed 4, 2.2 s" in shown and "<figcaption" in shown
    assert "figcaption" not in bar_plot("t", {"a": 1.0})._repr_mimebundle_()["text/html"]


def test_the_plot_of_false_empties_states_what_it_stands_on() -> None:
    measured = next(each for each in results() if isinstance(each, FalseEmpties))
    caption = measured.plot().caption
    assert "n = 200, 2.0 s" in caption and "seed 5" in caption


def test_the_same_plot_gives_the_same_bytes(tmp_path: Path) -> None:
    def bytes_of(name: str) -> list[bytes]:
        plot = line_plot("t", {"a": [1, 2]})
        return [path.read_bytes() for path in plot.export(str(tmp_path / name)).paths]

    assert bytes_of("one") == bytes_of("two")


def test_a_table_keeps_its_columns(tmp_path: Path) -> None:
    table = Table([{"who": "a,b", "ms": 1.5, "more": 1}], ["who", "ms"], caption="Two columns")
    written = table.export(str(tmp_path)).paths
    assert rows_of(written[0]) == [["who", "ms"], ["a,b", "1.5"]]
    assert written[0].name == "two-columns.csv"


def test_an_empty_table_has_no_csv(tmp_path: Path) -> None:
    assert kinds(Table([], caption="Nothing").export(str(tmp_path)).paths) == [".png", ".svg"]


@pytest.mark.parametrize("text", ["=1+2", "+1+2", "-2+3", "@SUM(A1)", "\t=1"])
def test_a_spreadsheet_gets_no_formulas(text: str) -> None:
    written = as_csv([{"a": text}]) or b""
    assert next(iter(csv.reader(written.decode().splitlines()[1:])))[0] == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert as_csv([{"a": "-2.5", "b": -2.5, "c": None}]) == b"a,b,c\n-2.5,-2.5,\n"


@pytest.mark.parametrize("title", ["../../etc/passwd", "a/b\\c", "..", "", "x" * 300, "o'clock\0"])
def test_a_files_name_is_a_name(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,60}", file_name(title))


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(LearnerError, match="can't be written"):
        Table([{"a": 1}]).export(str(tmp_path / "taken"))


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_every_drawing_can_be_painted(name: str) -> None:
    assert (png_of(drawing(name).svg) or b"").startswith(PNG)


def test_a_shape_that_is_not_known_gives_no_png() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><image href="x"/></svg>'
    assert png_of(svg) is None and png_of("<svg") is None


def test_what_is_deployed_is_written_as_picture_and_as_parts(tmp_path: Path) -> None:
    diagram = Diagram(Graph.of([Node("queue/inbox", "queue", "inbox")], []), new={"queue/inbox"})
    written = diagram.export(str(tmp_path)).paths
    assert [path.name for path in written] == ["what-is-deployed.csv", "what-is-deployed.svg"]
    assert rows_of(written[0]) == [["kind", "name", "new"], ["queue", "inbox", "True"]]
