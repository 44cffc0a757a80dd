"""Zip files of handlers and of the layer: the same bytes for the same code, wherever it is made."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path

HANDLERS = Path(__file__).parent.parent / "handlers"
LAYER = Path(__file__).parent.parent / "layer"


@cache
def handler_zip(module: str) -> bytes:
    """One handler, as it stands in `handlers/`."""
    return _zip({f"{module}.py": HANDLERS / f"{module}.py"})


@cache
def layer_zip() -> bytes:
    """The layer; what lies under `python/` ends up in /opt/python."""
    files = {path.relative_to(LAYER).as_posix(): path for path in LAYER.rglob("*.py")}
    return _zip(files)


def code_sha256(archive: bytes) -> str:
    """The digest as Lambda shows it."""
    return base64.b64encode(hashlib.sha256(archive).digest()).decode()


def _zip(files: dict[str, Path]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            # a fixed date: otherwise the digest would change with every checkout
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name].read_bytes().replace(b"\r\n", b"\n"))
    return buffer.getvalue()
