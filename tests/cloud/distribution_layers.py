"""Layers of packages as pip installs them: with what they need, and with their metadata."""

from __future__ import annotations

import importlib.metadata
import io
import re
import zipfile
from functools import cache
from pathlib import Path

from orderlab.cloud.lambda_.runtime.boot import RUNTIME_PACKAGES

# a deployment that weighs what it should leaves out what the runtime brings
_NOT_PACKED = RUNTIME_PACKAGES | {"python-dateutil"}


@cache
def layer_with(*distributions: str) -> bytes:
    """A layer's zip with these distributions and all that they require, under `python/`."""
    packed: set[str] = set()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in distributions:
            _pack(name, packed, archive)
    return buffer.getvalue()


def _pack(name: str, packed: set[str], archive: zipfile.ZipFile) -> None:
    plain = re.sub(r"[-_.]+", "-", name).lower()
    if plain in packed or plain in _NOT_PACKED:
        return
    packed.add(plain)
    found = importlib.metadata.distribution(name)
    for file in found.files or []:
        path = Path(str(found.locate_file(file)))
        if ".." not in file.parts and file.suffix != ".pyc":
            archive.writestr(f"python/{file.as_posix()}", path.read_bytes())
    for requirement in found.requires or []:
        needed = re.match(r"[\w.-]+", requirement)
        if needed and "extra ==" not in requirement:
            _pack(needed.group(), packed, archive)
