"""The Python that runs us, and the packages that pyproject.toml asks for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import metadata

from orderlab.doctor.finding import Finding, bad, ok, warn

OLDEST = (3, 11)
NEWEST_TRIED = (3, 14)
AGAIN = "Install again: `make install`, or `python -m pip install -c constraints.txt -e .`"


def python_version(version: tuple[int, int, int] | None = None) -> Finding:
    """3.11 to 3.14."""
    found = version or (sys.version_info[0], sys.version_info[1], sys.version_info[2])
    said = f"{'.'.join(map(str, found))} at {sys.executable}"
    if found[:2] < OLDEST:
        return bad(
            "Python", said, "orderlab needs 3.11 or newer: `make lab PYTHON=/path/to/python3.12`."
        )
    if found[:2] > NEWEST_TRIED:
        return warn("Python", said, "Nobody has tried this one; take 3.11 to 3.14 if it fails.")
    return ok("Python", said)


def packages(
    wanted: list[str] | None = None, installed: Mapping[str, str] | None = None
) -> Finding:
    """Every package that learners need, in the versions that pyproject.toml allows."""
    from packaging.requirements import Requirement

    wanted = wanted if wanted is not None else metadata.requires("orderlab") or []
    wrong = []
    count = 0
    for requirement in map(Requirement, wanted):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        count += 1
        version = _version(requirement.name, installed)
        if version is None:
            wrong.append(f"{requirement.name} is missing")
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, not {requirement.specifier}")
    if wrong:
        return bad("packages", "; ".join(wrong), AGAIN)
    return ok("packages", f"{count} packages, in versions that fit")


def _version(name: str, installed: Mapping[str, str] | None) -> str | None:
    if installed is not None:
        return installed.get(name)
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
