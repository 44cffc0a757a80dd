"""Print what CHANGELOG.md says about a release: `python .ci/release_notes.py v1.2.3`.

The tag must be the version in pyproject.toml, so that no tag publishes another version's package.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def notes(changelog: str, version: str) -> str:
    """The section of a version, without its heading.

    Raises:
        ValueError: the changelog has no section for this version, or the section is empty.
    """
    heading = rf"^## \[{re.escape(version)}\][^\n]*\n"
    found = re.search(heading + r"(.*?)(?=^## \[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    text = found[1].strip() if found else ""
    if not text:
        raise ValueError(f"CHANGELOG.md says nothing about version {version}.")
    return text


def main(tag: str) -> None:
    """Write the notes of a tag to standard output, or end with the reason why there are none."""
    version = tag.removeprefix("v")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    if version != project["version"]:
        sys.exit(f"The tag is {tag}, but pyproject.toml has version {project['version']}.")
    try:
        sys.stdout.write(notes((ROOT / "CHANGELOG.md").read_text("utf-8"), version) + "\n")
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1])
