"""pyproject.toml lists the packages; environment.yml and constraints.txt must agree with it."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[3]
TRIED = ("3.11", "3.12", "3.13", "3.14")
# Debian 12 brings 3.11.2: a pin that wants 3.11.5 could not be installed there
OLDEST_RELEASE = "3.11.0"


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    loaded: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return loaded


@pytest.fixture(scope="module")
def requirements(project: dict[str, Any]) -> list[Requirement]:
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    return [Requirement(each) for each in [*project["dependencies"], *extras]]


@pytest.fixture(scope="module")
def pins() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"==[^,*]+", str(pin.specifier)) for pin in found), "pins only"
    return {
        canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("==")) for pin in found
    }


@pytest.fixture(scope="module")
def environment() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text())
    return loaded


def test_every_package_is_listed_once(requirements: list[Requirement]) -> None:
    names = [canonicalize_name(each.name) for each in requirements]
    assert len(names) == len(set(names))


def test_every_package_is_pinned_to_a_version_that_fits(
    requirements: list[Requirement], pins: dict[str, Version]
) -> None:
    wrong = [
        f"{each} but pinned to {pins.get(canonicalize_name(each.name))}"
        for each in requirements
        if canonicalize_name(each.name) not in pins
        or not each.specifier.contains(pins[canonicalize_name(each.name)], prereleases=True)
    ]
    assert wrong == []


def test_every_pin_can_be_installed_on_every_python_that_is_allowed(
    pins: dict[str, Version],
) -> None:
    """Where this fails, constraints.txt needs an older version of the package that is named."""
    wanted = {
        canonicalize_name(each.name): SpecifierSet(each.metadata["Requires-Python"])
        for each in distributions()
        if "Requires-Python" in each.metadata and canonicalize_name(each.name) in pins
    }
    assert len(wanted) > len(pins) / 2
    refusing = {
        name: str(wants)
        for name, wants in wanted.items()
        if not all(wants.contains(each) for each in (OLDEST_RELEASE, *TRIED[1:]))
    }
    assert refusing == {}


def test_pins_hold_no_address_and_not_this_project(pins: dict[str, Version]) -> None:
    assert "://" not in (ROOT / "constraints.txt").read_text()
    assert "orderlab" not in pins


def test_conda_installs_python_pip_and_this_project_and_lists_nothing_twice(
    environment: dict[str, Any],
) -> None:
    *plain, from_pip = environment["dependencies"]
    names = [re.split("[=<>]", each)[0] for each in plain]
    assert names == ["python", "pip"]
    assert len(from_pip["pip"]) == 1
    assert re.fullmatch(r"-e \.(\[\w+(,\w+)*\])?", from_pip["pip"][0])
    assert environment["channels"] == ["conda-forge"]


def test_condas_extras_exist(environment: dict[str, Any], project: dict[str, Any]) -> None:
    extras = re.findall(r"\w+", environment["dependencies"][-1]["pip"][0].removeprefix("-e ."))
    assert set(extras) <= project["optional-dependencies"].keys()


def test_every_python_that_is_tried_is_allowed(
    project: dict[str, Any], environment: dict[str, Any]
) -> None:
    allowed = SpecifierSet(project["requires-python"])
    python = environment["dependencies"][0].removeprefix("python=")
    assert python in TRIED
    assert all(allowed.contains(each) for each in TRIED)
    assert not allowed.contains("3.10")


def test_the_readme_names_the_same_range(project: dict[str, Any]) -> None:
    oldest = project["requires-python"].removeprefix(">=")
    assert f"Python {oldest} to {TRIED[-1]}" in (ROOT / "README.md").read_text()
