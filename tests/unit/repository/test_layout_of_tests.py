"""Unit tests lie where the code lies: tests/unit/<part>/ for orderlab/<part>/."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[3]
UNIT = ROOT / "tests" / "unit"
# tests of the repository itself: its layout, its dependencies, its documentation
OF_NO_PART = {"repository"}


def test_every_folder_of_unit_tests_is_a_part_of_the_package() -> None:
    folders = {path.parent.relative_to(UNIT) for path in UNIT.rglob("test_*.py")}
    parts = {folder.parts[0] for folder in folders if folder.parts} - OF_NO_PART
    assert len(parts) > 10
    assert [part for part in parts if not (ROOT / "orderlab" / part).is_dir()] == []
