"""A learner's own folder: copies are updated, and what was edited is never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderlab.cli.course import copy_course


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_a.ipynb").write_text("first")
    return tmp_path


def test_notebooks_are_copied_once(course: Path) -> None:
    folder, done = copy_course(course)
    assert (folder / "01_a.ipynb").read_text() == "first" and done.new == ["01_a.ipynb"]
    assert copy_course(course)[1].lines() == []


def test_an_unchanged_copy_is_updated(course: Path) -> None:
    copy_course(course)
    (course / "notebooks" / "01_a.ipynb").write_text("second")
    folder, done = copy_course(course)
    assert (folder / "01_a.ipynb").read_text() == "second" and done.updated == ["01_a.ipynb"]


def test_an_edited_copy_stays_and_the_new_one_stands_beside_it(course: Path) -> None:
    folder, _ = copy_course(course)
    (folder / "01_a.ipynb").write_text("mine")
    (course / "notebooks" / "01_a.ipynb").write_text("second")
    _, done = copy_course(course)
    assert (folder / "01_a.ipynb").read_text() == "mine"
    assert (folder / "01_a.new.ipynb").read_text() == "second"
    assert "Yours stays as it is" in done.lines()[0]
    assert copy_course(course)[1].lines() == []


def test_a_damaged_record_overwrites_nothing(course: Path) -> None:
    folder, _ = copy_course(course)
    (folder / "01_a.ipynb").write_text("mine")
    (folder / ".copied.json").write_text("{")
    copy_course(course)
    assert (folder / "01_a.ipynb").read_text() == "mine"
