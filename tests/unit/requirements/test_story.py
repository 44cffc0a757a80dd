"""The story of the scoreboard: what this learner measured, beside the reference."""

from __future__ import annotations

from pathlib import Path

from orderlab.progress import Progress
from orderlab.requirements.finding import Colour, Finding
from orderlab.requirements.memory import REFERENCE, keep
from orderlab.requirements.story import CHAPTERS, steps, story
from orderlab.showing.exports import as_csv


def measured(progress: Progress, chapter: int, **colours: Colour) -> None:
    found = [Finding(code, colour, f"{code} number", "tried") for code, colour in colours.items()]
    keep(progress, chapter, tuple(found))


def test_nothing_is_measured_at_the_beginning(tmp_path: Path) -> None:
    told = steps(Progress(tmp_path))
    assert len(told) == 6 * len(CHAPTERS) and {step.yours for step in told} == {""}
    assert "measured nothing yet" in story(Progress(tmp_path)).svg


def test_your_colours_stand_beside_those_of_the_reference(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    measured(progress, 0, R1="red", R2="red")
    measured(progress, 4, R1="amber")
    told = {(step.requirement, step.chapter): step for step in steps(progress)}
    assert told["R1", 4].yours == "amber" and told["R1", 4].reference == "green"
    assert told["R1", 4].number == "R1 number" and told["R1", 3].yours == ""
    shown = story(progress)
    assert "Measured by you: 3 of 48; 2 have the colour of the reference." in shown.svg
    assert "04 amber" in shown.alt and shown.measured


def test_after_chapter_four_the_reference_stays_green(tmp_path: Path) -> None:
    told = [step for step in steps(Progress(tmp_path)) if step.chapter > max(REFERENCE)]
    assert told and {step.reference for step in told} == {"green"}


def test_it_is_exported_with_its_numbers(tmp_path: Path) -> None:
    shown = story(Progress(tmp_path / "progress"))
    written = {path.suffix for path in shown.export(str(tmp_path)).paths}
    assert written == {".csv", ".svg", ".png"}
    assert len((as_csv(shown.rows) or b"").splitlines()) == 49
