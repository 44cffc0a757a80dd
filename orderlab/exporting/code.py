"""The packages of functions and layers: fetched from where AWS says that they are, and unpacked."""

from __future__ import annotations

import io
import urllib.error
import urllib.request
import zipfile
from pathlib import PurePosixPath
from urllib.parse import urlsplit

_SECONDS = 60.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def fetch(location: str) -> bytes | None:
    """The zip at an address; None if there is none."""
    parts = urlsplit(location)
    if parts.scheme not in ("http", "https"):
        return None
    # a server of this machine is not asked by way of a proxy
    direct = [urllib.request.ProxyHandler({})] if parts.hostname in _LOOPBACK else []
    opener = urllib.request.build_opener(*direct)
    try:
        with opener.open(location, timeout=_SECONDS) as answer:
            zipped: bytes = answer.read()
    except (OSError, urllib.error.URLError):
        return None
    return zipped if zipfile.is_zipfile(io.BytesIO(zipped)) else None


def unpack(zipped: bytes) -> dict[str, tuple[bytes, bool]]:
    """Files by their paths, with whether they can be run. What would lie elsewhere is left out."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        for entry in sorted(archive.infolist(), key=lambda each: each.filename):
            path = PurePosixPath(entry.filename.replace("\\", "/"))
            inside = not path.is_absolute() and ".." not in path.parts and ":" not in str(path)
            if not entry.is_dir() and inside and "__pycache__" not in path.parts:
                executable = bool(entry.external_attr >> 16 & 0o111)
                found[str(path)] = (archive.read(entry), executable)
    return found
