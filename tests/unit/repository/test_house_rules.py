"""Rules that a machine can keep: sizes, names, and what must never stand in the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MOST_LINES = 400
MOST_FUNCTION_LINES = 40
# a check of an exercise is a list of verdicts, one after the other, most of it their words
MOST_CHECK_LINES = 75
NOT_NAMES = {"utils.py", "helpers.py", "common.py", "manager.py", "misc.py"}
TEXT = {".py", ".md", ".toml", ".yml", ".yaml", ".json", ".txt", ".js", ".css", ".html", ".vtl", ""}
# written so that this file does not hold what it looks for
FORBIDDEN = {
    "a path of some machine": r"(?<![\w.])/(?:root|home/(?!sbx_)\w+|Users/\w+|work)/",
    "a package registry": r"\b(?:py" r"pi|python" r"hosted|npm" r"js|anaconda)[.](?:org|com)\b",
    "unfinished work": r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b",
    "how it was written": r"(?i)\b(?:sub-?ag" r"ents?|chat" r"gpt|language mo" r"del)\b",
}


def tracked() -> list[Path]:
    """The files of the repository; of a copy without git, all that are not hidden."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split("\0")
        files = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        files = [path for path in ROOT.rglob("*") if "/." not in f"/{path.relative_to(ROOT)}"]
    return sorted(path for path in files if path.is_file())


FILES = tracked()
CODE = [path for path in FILES if path.suffix == ".py"]
PACKAGE = [path for path in CODE if path.is_relative_to(ROOT / "orderlab")]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_files_to_look_at() -> None:
    assert len(PACKAGE) > 40


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    # a lesson is as long as it takes to tell
    modules = [path for path in CODE if not path.is_relative_to(ROOT / "solutions")]
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in modules}
    assert {file: length for file, length in lengths.items() if length > MOST_LINES} == {}


def test_no_function_does_more_than_fits_a_screen() -> None:
    long = []
    for path in PACKAGE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                # what it does: neither its signature nor its docstring
                body = node.body[1:] if ast.get_docstring(node) else node.body
                length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
                check = "orderlab/exercises/chapter" in name(path)
                most = MOST_CHECK_LINES if check else MOST_FUNCTION_LINES
                if length > most:
                    long.append(f"{name(path)}:{node.lineno} {node.name}: {length} lines")
    assert long == []


def test_no_file_is_named_for_nothing() -> None:
    assert [name(path) for path in CODE if path.name in NOT_NAMES] == []


def test_every_module_says_what_it_stands_for() -> None:
    silent = [
        name(path)
        for path in PACKAGE
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_public_names_are_sorted() -> None:
    wrong = []
    for path in PACKAGE:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                names = ast.literal_eval(node.value)
                if list(names) != sorted(names):
                    wrong.append(name(path))
    assert wrong == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_repository_does_not_hold(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for path in FILES:
        if path.suffix not in TEXT or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            hit = pattern.search(line)
            if hit:
                found.append(f"{name(path)}:{number}: {hit[0]}")
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of some machine", "see /home/someone/notes"),
        ("a package registry", "from https://py" + "pi.org/simple"),
        ("unfinished work", "# TODO later"),
        ("how it was written", "by a language model"),
    ],
)
def test_the_patterns_find_what_they_are_for(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line)
