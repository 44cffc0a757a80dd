"""Deployment packages and layers: zips in, folders out, each content unpacked once.

Folders are named by the hash of what they hold, so that versions with the same code share one. The
work is done in processes of its own (`runtime/unpacking.py`), with a limit of time. Folders of code
are read-only, as /var/task is.

Differs from AWS: where /var/task is a folder elsewhere, a process that is root can write to it. A
package with a link that leads out of it is refused, and so is one of more than 100,000 files.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from orderlab.cloud.lambda_.errors import DISK_FAULTS, InvalidParameterValue, ServiceException
from orderlab.cloud.lambda_.forking import PYTHON
from orderlab.cloud.lambda_.model import Code, LayerVersion
from orderlab.cloud.lambda_.runtime import unpacking

UNZIPPED_LIMIT_BYTES = unpacking.UNZIPPED_LIMIT_BYTES
SECONDS = 60.0

# An order in, the first line of what was printed out; paths are within the folder that is given.
Worker = Callable[[Mapping[str, Any], Path], bytes]


def could_not_unzip() -> InvalidParameterValue:
    """The error for a package that is not a zip, or holds what a package may not hold."""
    return InvalidParameterValue(
        "Could not unzip uploaded file. Please check your file, then try to upload again."
    )


def too_large_unzipped() -> InvalidParameterValue:
    """The error for a package that is too large when it is unpacked."""
    return InvalidParameterValue(f"Unzipped size must be smaller than {UNZIPPED_LIMIT_BYTES} bytes")


def in_a_python_of_its_own(order: Mapping[str, Any], folder: Path) -> bytes:
    """The worker for where nothing can be forked."""
    process = subprocess.Popen(
        [*PYTHON, unpacking.__file__, json.dumps(order)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        return process.communicate(timeout=SECONDS)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]


class CodeStore:
    """Unpacked packages under one folder. Its methods take time: call them on a worker thread."""

    def __init__(self, folder: Path, worker: Worker = in_a_python_of_its_own) -> None:
        self._folder, self.worker = folder, worker
        self._known: dict[Path, int] = {}

    def add(self, zipped: bytes) -> Code:
        """Unpack a zip; InvalidParameterValueException if it is broken, empty or too large."""
        digest = hashlib.sha256(zipped).digest()
        target = self._folder / "code" / digest.hex()[:32]
        if target not in self._known:
            self._known[target] = self._build(target, {}, zipped)
        unzipped = self._known[target]
        return Code(base64.b64encode(digest).decode(), len(zipped), unzipped, target)

    def merge(self, layers: Sequence[LayerVersion]) -> Path | None:
        """The folder that stands for /opt: the layers, later ones over earlier ones."""
        if not layers:
            return None
        names = "\n".join(layer.code.folder.name for layer in layers)
        target = self._folder / "opt" / hashlib.sha256(names.encode()).hexdigest()[:32]
        if target not in self._known:
            folders = [self._within(layer.code.folder) for layer in layers]
            self._known[target] = self._build(target, {"layers": folders})
        return target

    def clear(self) -> None:
        """Remove everything; read-only folders must be opened for that first."""
        remove_tree(self._folder)

    def _build(self, target: Path, order: dict[str, Any], zipped: bytes | None = None) -> int:
        """Have a folder filled and give it its name; the size of its files in bytes."""
        building = target.with_name(f"{target.name}.{os.urandom(4).hex()}")
        package, size = target.with_name(f"{target.name}.zip"), 0
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            building.mkdir()
            if zipped is not None:
                package.write_bytes(zipped)
                order = {"zip": self._within(package)}
            printed = self.worker({**order, "into": self._within(building)}, self._folder)
            size = _size(printed)
            _protect(building)
            building.rename(target)
        except OSError as error:
            if error.errno in DISK_FAULTS:
                raise ServiceException.of_disk(error) from error
            if not target.exists():
                raise could_not_unzip() from error
        finally:
            if not target.exists():
                package.unlink(missing_ok=True)
            if building.exists():
                remove_tree(building)
        return size

    def _within(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()


def _size(printed: bytes) -> int:
    """What the worker's first line tells; AwsError if that is a refusal, or if there is none."""
    try:
        word, told = json.loads(printed.partition(b"\n")[0])
    except ValueError:
        raise could_not_unzip() from None
    if word == "unpacked":
        return int(told)
    if word == "disk":
        raise ServiceException.of_disk(OSError(told, os.strerror(told)))
    if told == "large":
        raise too_large_unzipped()
    if told == "empty":
        raise InvalidParameterValue("Uploaded file must be a non-empty zip")
    raise could_not_unzip()


def remove_tree(folder: Path) -> None:
    """Remove a folder, read-only folders in it included; a missing one is no error."""
    for parent, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            Path(parent).chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)


def _protect(folder: Path) -> None:
    for parent, _, _ in os.walk(folder):
        # the top stays open for the owner until it has its final name
        if Path(parent) != folder:
            Path(parent).chmod(0o555)
