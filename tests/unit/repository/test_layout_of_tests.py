"""Rules of tests: where they lie, what they may wait for, and what their fakes are."""

from __future__ import annotations

import ast
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


def sleeps(tree: ast.AST) -> list[int]:
    """The lines that sleep for some time; `asyncio.sleep(0)` only lets others have their turn."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("sleep", "time.sleep", "asyncio.sleep")
        and [ast.unparse(each) for each in node.args] != ["0"]
    ]


def test_no_unit_test_waits_for_the_clock() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in UNIT.rglob("*.py")
        # here time is simulated: a sleep takes none
        if path.name != "simulated_time.py"
        if (lines := sleeps(ast.parse(path.read_text("utf-8"))))
    }
    assert found == {}


def test_a_sleep_would_be_found() -> None:
    tree = ast.parse("import time\ntime.sleep(0.1)\nawait asyncio.sleep(0)\nawait asyncio.sleep(n)")
    assert sleeps(tree) == [2, 4]


def loose(tree: ast.AST) -> list[int]:
    """The lines that pass something off as another type, where a fake should implement it."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("SimpleNamespace", "cast")
    ]


def test_fakes_implement_what_they_stand_for() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in (ROOT / "tests").rglob("*.py")
        if (lines := loose(ast.parse(path.read_text("utf-8"))))
    }
    assert found == {}


def test_every_unit_test_beside_the_folders_is_named_for_a_module() -> None:
    names = {path.stem.removeprefix("test_") for path in UNIT.glob("test_*.py")}
    assert [name for name in names if not (ROOT / "orderlab" / f"{name}.py").is_file()] == []
