"""The scoreboard remembers, says why a colour changed, and marks what was not measured."""

from __future__ import annotations

from pathlib import Path

from orderlab.progress import Progress
from orderlab.requirements import memory
from orderlab.requirements.finding import Finding
from orderlab.requirements.reasons import reason
from orderlab.requirements.scoreboard import ALL, Scoreboard
from orderlab.simulation.workers import serve


def test_what_was_measured_is_remembered_and_the_rest_is_the_reference(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    memory.keep(progress, 2, (Finding("R2", "red", "9 of 45 refused", "tried"),))
    kept = memory.recall(progress, 2)
    assert (kept["R2"].colour, kept["R2"].number, kept["R2"].measured) == (
        "red", "9 of 45 refused", True,
    )  # fmt: skip
    assert kept["R1"].colour == "red" and not kept["R1"].measured


def test_a_scoreboard_shows_the_way_and_the_reason(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    board = Scoreboard(
        "what is deployed",
        [Finding("R3", "green", "20 of 20", "tried")],
        chapter=3,
        monolith=memory.recall(progress, 0),
        before=memory.recall(progress, 2),
    )
    assert "monolith red, chapter 02 red, now green. A new service subscribes" in repr(board)
    assert 'scope="col"' in board._repr_mimebundle_()["text/html"]


def test_amber_says_what_holds_and_what_does_not() -> None:
    finding = Finding("R1", "amber", "30 of 30", "tried", "(a) holds, and (b) does not")
    assert "(a) holds" in repr(Scoreboard("x", [finding], chapter=3))


def test_every_colour_of_the_reference_has_its_reason() -> None:
    for chapter, colours in memory.REFERENCE.items():
        if chapter:
            assert all(reason(chapter, code, colours[code]) for code in ALL), chapter


def test_the_monolith_breaks_by_arithmetic_at_the_promotions_rate() -> None:
    usual = serve(workers=8, backlog=16, per_second=17.8, service_seconds=0.09, seconds=60)
    spike = serve(workers=8, backlog=16, per_second=178, service_seconds=0.09, seconds=60)
    assert usual.refused == 0 and 0.4 < spike.refused / (60 * 178) < 0.6
