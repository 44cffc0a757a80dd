"""Imports go one way, as DESIGN.md says; whoever turns one round is told here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "orderlab"

# From the highest to the lowest. A part may import what stands in a lower layer, and its own layer.
LAYERS = (
    ("cli", "doctor", "workbook", "benchmarks"),
    (
        "lab",
        "session",
        "journal",
        "words",
        "polling_words",
        "tuning_words",
        "closing_words",
        "next_level_words",
        "resumed",
        "consent",
        "budget",
    ),
    ("exercises", "dashboards", "requirements", "storm"),
    (
        "orders",
        "practice",
        "teardown",
        "drawing",
        "exporting",
        "trace",
        "trace_segments",
        "faults",
        "fault_names",
        "clock_control",
        "showing",
        "progress",
    ),
    ("aws_target",),
    ("cloud",),
    ("errors", "clock", "threads"),
)
# runs alone: in a zip on Lambda, or without any I/O
ALONE = ("orders/handlers", "orders/layer", "simulation")


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """The parts of our package that a module imports when it is loaded or later, with the line."""
    typing_only: set[int] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            typing_only.update(id(each) for child in node.body for each in ast.walk(child))
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{_absolute(path, node)}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            words = name.split(".")
            if words[0] == "orderlab" and len(words) > 1:
                yield words[1], node.lineno


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    """The module that is imported from, in full also where it is given relative to the file."""
    if not node.level:
        return str(node.module)
    folders = path.relative_to(ROOT).parent.parts
    return ".".join([*folders[: len(folders) - node.level + 1], node.module or ""]).rstrip(".")


def layer(part: str) -> int:
    return next(index for index, parts in enumerate(LAYERS) if part in parts)


def is_alone(path: Path) -> bool:
    return any(path.is_relative_to(PACKAGE / folder) for folder in ALONE)


def test_every_part_has_its_layer() -> None:
    known = {part for parts in LAYERS for part in parts} | {"__init__", "simulation"}
    assert {part_of(path) for path in modules()} - known == set()


@pytest.mark.parametrize("folder", ALONE)
def test_what_runs_alone_imports_nothing_of_ours(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {part}"
        for path in (PACKAGE / folder).rglob("*.py")
        for part, line in imports(path)
        if part != folder.split("/")[0]
    ]
    assert found == []


@pytest.mark.parametrize("folder", ("orders/handlers", "orders/layer"))
def test_what_is_zipped_does_not_name_the_package(folder: str) -> None:
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (PACKAGE / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and str(node.module).startswith("orderlab"))
        or (isinstance(node, ast.Import) and node.names[0].name.startswith("orderlab"))
    ]
    assert named == []


def test_imports_go_from_higher_to_lower() -> None:
    wrong = []
    for path in modules():
        part = part_of(path)
        if part == "__init__" or is_alone(path):
            continue
        for imported, line in imports(path):
            if imported in ("__version__", "simulation"):
                continue
            if layer(imported) < layer(part):
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {part} imports {imported}")
    assert wrong == []


def test_the_cloud_knows_nothing_of_orders_or_notebooks() -> None:
    allowed = {"cloud", "errors", "clock"}
    wrong = {
        f"{path.relative_to(ROOT)}:{line}: {part}"
        for path in (PACKAGE / "cloud").rglob("*.py")
        for part, line in imports(path)
        if part not in allowed
    }
    assert wrong == set()


def test_a_module_that_imports_upwards_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from orderlab.lab import Lab\n"
        "def later():\n    from orderlab.orders.architecture import build\n"
    )
    assert list(imports(module)) == [("orders", 5)]
