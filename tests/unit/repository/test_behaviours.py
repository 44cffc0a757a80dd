"""The page of behaviours names tests that exist, and calls nothing done without one."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "aws-behaviours.md"
CITED = re.compile(r"\[[\w/]+\.py\]\(([^)]+)\)(?:: ((?:`\w+`(?:, )?)+))?")


def _rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if len(row) == 3 and row[0] not in ("behaviour", "---")]


def test_every_test_that_is_named_exists() -> None:
    missing = []
    for _, _, shown in _rows():
        for path, names in CITED.findall(shown):
            text = (PAGE.parent / path).read_text(encoding="utf-8")
            missing += [
                f"{path}: {name}"
                for name in re.findall(r"\w+", names)
                if f"def test_{name}(" not in text
            ]
    assert missing == []


def test_what_is_done_is_shown_by_a_test() -> None:
    rows = _rows()
    assert len(rows) > 60
    assert {row[1].split(":")[0] for row in rows} == {"done", "differs", "not yet"}
    assert [row[0] for row in rows if row[1] != "not yet" and not CITED.search(row[2])] == []
