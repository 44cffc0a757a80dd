"""Layers of packages that are installed here, as they would be published from a build."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from functools import cache
from pathlib import Path

from orderlab.errors import LearnerError

DAX_CLIENT = ("amazondax", "antlr4", "six")
POWERTOOLS = ("aws_lambda_powertools", "jmespath", "typing_extensions")
# parts of Powertools that no handler of the course imports, and that are most of its files
_LEFT_OUT = ("aws_lambda_powertools/event_handler", "aws_lambda_powertools/utilities/parser")


@cache
def layer_of(*packages: str) -> bytes:
    """A layer's zip with these packages under `python/`, where functions find them.

    Raises LearnerError if one of them is not installed.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in packages:
            for path, inside in _files(package):
                archive.write(path, f"python/{inside}")
    return buffer.getvalue()


def is_installed(package: str) -> bool:
    """Whether a package can be imported here."""
    return importlib.util.find_spec(package) is not None


def _files(package: str) -> list[tuple[Path, str]]:
    """The files of a package, each with its place under `python/`."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise LearnerError(
            f"The package {package} is not installed, so there is nothing to make a layer of.",
            advice="Install what `pyproject.toml` lists, or read the cells that use this layer.",
        )
    origin = Path(spec.origin)
    if origin.stem != "__init__":
        return [(origin, origin.name)]
    folder = origin.parent
    found = [(p, p.relative_to(folder.parent).as_posix()) for p in sorted(folder.rglob("*.py"))]
    return [(path, inside) for path, inside in found if not inside.startswith(_LEFT_OUT)]
