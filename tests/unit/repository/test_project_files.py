"""What GitHub and other tools read: each file parses, and agrees with what it speaks about."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import orderlab

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
YAML_FILES = [
    *WORKFLOWS,
    *FORMS,
    ROOT / ".github/dependabot.yml",
    ROOT / ".pre-commit-config.yaml",
    ROOT / "CITATION.cff",
    ROOT / "mkdocs.yml",
    ROOT / "environment.yml",
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# where a command begins: a line, a step, a section of .ci/run, a substitution
CALL_OF_MAKE = r"(?:^\s*|run: |&& |\$\(|^section \".*\" )make (?:-C \S+ )?(?:-s )?([a-z]+)\b"
NOT_PATHS = ("$", "-", "*", "dist/")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in read(workflow)["jobs"].values():
        yield from job["steps"]


def commands(workflow: Path) -> list[str]:
    """The lines that a workflow gives to a shell."""
    return [line.strip() for step in steps(workflow) for line in step.get("run", "").splitlines()]


def make_targets(text: str) -> set[str]:
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


def pinned(package: str) -> str:
    found = re.search(rf"^{package}==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert found, package
    return found[1]


@pytest.mark.parametrize("path", YAML_FILES, ids=relative)
def test_yaml_files_parse(path: Path) -> None:
    assert isinstance(read(path), dict)


def test_the_dev_container_parses() -> None:
    assert json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())["image"]


def test_the_matrix_has_every_system_and_every_python_that_the_package_names() -> None:
    matrix = read(ROOT / ".github/workflows/ci.yml")["jobs"]["tests"]["strategy"]["matrix"]
    named = re.findall(r"Python :: (3\.\d+)$", "\n".join(PROJECT["classifiers"]), re.MULTILINE)
    assert matrix["python"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"
    assert {each.partition("-")[0] for each in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_every_make_target_that_is_called_exists() -> None:
    targets = make_targets((ROOT / "Makefile").read_text("utf-8"))
    called = {
        target
        for path in (*WORKFLOWS, ROOT / ".ci/run")
        for line in path.read_text("utf-8").splitlines()
        for target in re.findall(CALL_OF_MAKE, line)
    }
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    called |= set(re.findall(CALL_OF_MAKE, container["postCreateCommand"]))
    assert {"check", "demo", "docs", "install", "test"} <= called
    assert called - targets == set()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=relative)
def test_every_file_that_a_workflow_names_exists(workflow: Path) -> None:
    words = [word.strip("\"'") for line in commands(workflow) for word in line.split()]
    files = [
        word for word in words if re.match(r"[.\w]+/\w", word) or word.endswith((".py", ".txt"))
    ]
    missing = [
        word
        for word in files
        if not word.startswith(NOT_PATHS) and "fresh/" not in word and not (ROOT / word).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=relative)
def test_workflows_may_read_unless_a_job_needs_more(workflow: Path) -> None:
    assert read(workflow)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=relative)
def test_every_action_has_a_version(workflow: Path) -> None:
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert [each for each in used if not re.search(r"@(v\d+|release/v\d+)$", each)] == []


def test_pre_commit_uses_the_pinned_ruff() -> None:
    repositories = read(ROOT / ".pre-commit-config.yaml")["repos"]
    ruff = next(each for each in repositories if each["repo"].endswith("/ruff-pre-commit"))
    assert ruff["rev"] == f"v{pinned('ruff')}"


def test_the_citation_is_that_of_the_package() -> None:
    citation = read(ROOT / "CITATION.cff")
    assert citation["version"] == PROJECT["version"] == orderlab.__version__
    assert citation["license"] == PROJECT["license"]
    assert citation["abstract"].startswith(PROJECT["description"])


@pytest.mark.parametrize(
    "form", [each for each in FORMS if each.name != "config.yml"], ids=relative
)
def test_issue_forms_have_what_github_asks_for(form: Path) -> None:
    content = read(form)
    assert {"name", "description", "body"} <= content.keys()
    fields = [each for each in content["body"] if each["type"] != "markdown"]
    assert fields and all(each["attributes"]["label"] for each in fields)
    ids = [each["id"] for each in fields]
    assert len(ids) == len(set(ids))


def test_binder_installs_this_project_with_its_pins() -> None:
    lines = (ROOT / "binder/requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["-c ../constraints.txt", "-e ."]
    assert (ROOT / "binder" / lines[1].removeprefix("-c ")).is_file()
    assert (ROOT / "binder/runtime.txt").read_text().strip().removeprefix("python-") in {
        each.rpartition(" ")[2] for each in PROJECT["classifiers"]
    }


def release_notes(tag: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / ".ci/release_notes.py", tag], capture_output=True, text=True
    )


def test_a_tag_of_another_version_makes_no_release() -> None:
    refused = release_notes("v99.0.0")
    assert refused.returncode == 1 and "pyproject.toml has version" in refused.stderr


def test_a_version_without_a_changelog_makes_no_release() -> None:
    refused = release_notes(f"v{PROJECT['version']}")
    released = f"## [{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert (refused.returncode == 0) == released
    assert released or "says nothing about version" in refused.stderr


def test_the_notes_of_a_release_are_its_section_of_the_changelog() -> None:
    module = runpy.run_path(str(ROOT / ".ci/release_notes.py"))
    changelog = "# Changelog\n\n## [1.1.0] - today\n\n- New.\n\n## [1.0.0] - before\n\n- First.\n"
    assert module["notes"](changelog, "1.1.0") == "- New."
    assert module["notes"](changelog, "1.0.0") == "- First."
    with pytest.raises(ValueError, match="says nothing"):
        module["notes"](changelog, "1.1")


def test_coverage_is_summed_by_part() -> None:
    def file(ran: int, statements: int) -> dict[str, Any]:
        return {"summary": {"covered_lines": ran, "num_statements": statements}}

    by_part = runpy.run_path(str(ROOT / ".ci/coverage_by_part.py"))["by_part"]
    files = {
        "orderlab/lab.py": file(1, 2),
        "orderlab/cloud/http.py": file(3, 4),
        "/somewhere/orderlab/cloud/patterns/stars.py": file(5, 6),
        "orderlab/storm/__init__.py": file(0, 0),
    }
    assert list(by_part(files).items()) == [
        ("cloud", (8, 10)),
        ("cloud/patterns", (5, 6)),
        ("lab", (1, 2)),
        ("all", (9, 12)),
    ]
