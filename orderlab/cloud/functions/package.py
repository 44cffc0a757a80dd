"""Deployment packages and layers: zips in, folders out, each content unpacked once.

Folders are named by the hash of what they hold, so that versions with the same code share one.
Python files are compiled while unpacking: every environment then starts from bytecode. Folders of
code are read-only, as /var/task is.

Differs from AWS: where /var/task is a folder elsewhere, a process that is root can write to it.
"""

from __future__ import annotations

import base64
import compileall
import hashlib
import io
import os
import py_compile
import shutil
import stat
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from orderlab.cloud.functions.errors import InvalidParameterValue
from orderlab.cloud.functions.model import Code, LayerVersion

UNZIPPED_LIMIT_BYTES = 262_144_000
# compiling more source than this would hold the event loop's thread up; a process does it
_COMPILE_HERE_BYTES = 200_000
_COMPILE = ["-I", "-S", "-m", "compileall", "-qq", "--invalidation-mode", "unchecked-hash"]


def could_not_unzip() -> InvalidParameterValue:
    return InvalidParameterValue(
        "Could not unzip uploaded file. Please check your file, then try to upload again."
    )


def too_large_unzipped() -> InvalidParameterValue:
    return InvalidParameterValue(f"Unzipped size must be smaller than {UNZIPPED_LIMIT_BYTES} bytes")


class CodeStore:
    """Unpacked packages under one folder. Its methods take time: call them on a worker thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, zipped: bytes) -> Code:
        """Unpack a zip; InvalidParameterValueException if it is broken, empty or too large."""
        digest = hashlib.sha256(zipped).digest()
        members = _members(zipped)
        unzipped = sum(member.file_size for member in members)
        target = self._folder / "code" / digest.hex()[:32]
        if not target.exists():
            self._build(target, lambda folder: _unpack(zipped, folder))
        return Code(base64.b64encode(digest).decode(), len(zipped), unzipped, target)

    def merge(self, layers: Sequence[LayerVersion]) -> Path | None:
        """The folder that stands for /opt: the layers, later ones over earlier ones."""
        if not layers:
            return None
        names = "\n".join(layer.code.folder.name for layer in layers)
        target = self._folder / "opt" / hashlib.sha256(names.encode()).hexdigest()[:32]
        if not target.exists():
            self._build(target, lambda folder: _overlay(layers, folder))
        return target

    def clear(self) -> None:
        """Remove everything; read-only folders must be opened for that first."""
        remove_tree(self._folder)

    def _build(self, target: Path, fill: object) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        building = target.with_name(f"{target.name}.{os.urandom(4).hex()}")
        building.mkdir()
        try:
            fill(building)  # type: ignore[operator]
            _compile(building)
            _protect(building)
            building.rename(target)
        except OSError as error:
            remove_tree(building)
            if not target.exists():
                raise could_not_unzip() from error
        except BaseException:
            remove_tree(building)
            raise


def remove_tree(folder: Path) -> None:
    """Remove a folder, read-only folders in it included; a missing one is no error."""
    for parent, _, _ in os.walk(folder):
        Path(parent).chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)


def _members(zipped: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise could_not_unzip() from None
    if not members:
        raise InvalidParameterValue("Uploaded file must be a non-empty zip")
    if sum(member.file_size for member in members) > UNZIPPED_LIMIT_BYTES:
        raise too_large_unzipped()
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or "\0" in member.filename:
            raise could_not_unzip()
    return members


def _unpack(zipped: bytes, folder: Path) -> None:
    written = 0
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            for member in archive.infolist():
                path = folder / member.filename.replace("\\", "/")
                if member.is_dir():
                    path.mkdir(parents=True, exist_ok=True)
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                content = archive.read(member)
                written += len(content)
                # what a member says of its size need not be true
                if written > UNZIPPED_LIMIT_BYTES:
                    raise too_large_unzipped()
                _write(path, content, member.external_attr >> 16, folder)
    except (
        zipfile.BadZipFile,
        ValueError,
        RuntimeError,
        NotImplementedError,
        zlib.error,
        EOFError,
    ):
        raise could_not_unzip() from None


def _write(path: Path, content: bytes, mode: int, root: Path) -> None:
    if stat.S_ISLNK(mode) and sys.platform != "win32":
        goal = Path(os.path.normpath(path.parent / os.fsdecode(content)))
        if not goal.is_relative_to(root):
            raise could_not_unzip()
        path.symlink_to(os.fsdecode(content))
        return
    path.write_bytes(content)
    path.chmod((mode & 0o111) | 0o444)


def _overlay(layers: Sequence[LayerVersion], folder: Path) -> None:
    for layer in layers:
        shutil.copytree(layer.code.folder, folder, symlinks=True, dirs_exist_ok=True,
                        copy_function=_replace)  # fmt: skip
        for parent, _, _ in os.walk(folder):
            Path(parent).chmod(0o755)


def _replace(source: str, target: str) -> None:
    Path(target).unlink(missing_ok=True)
    shutil.copy2(source, target)


def _compile(folder: Path) -> None:
    sources = [path for path in folder.rglob("*.py") if not path.is_symlink()]
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if sum(path.stat().st_size for path in sources) <= _COMPILE_HERE_BYTES:
        for path in sources:
            compileall.compile_file(path, quiet=2, invalidation_mode=mode)
        return
    subprocess.run(
        [sys.executable, *_COMPILE, str(folder)],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _protect(folder: Path) -> None:
    for parent, _, _ in os.walk(folder):
        # the top stays open for the owner until it has its final name
        if Path(parent) != folder:
            Path(parent).chmod(0o555)
