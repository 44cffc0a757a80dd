"""Files that belong to one user alone: made so that nobody else reads them, opened so that nobody
else can put something in their place.

A name that others can guess, in a folder where others may write, can hold anything: a link to
another file, or a pipe that keeps whoever opens it waiting for ever.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700
# neither through a link nor waiting for the other end of a pipe; Windows knows neither
_CAREFULLY = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a regular file that only its owner may read; made if `flags` say so.

    Raises OSError, also if something other than a regular file stands there.
    """
    descriptor = os.open(path, flags | _CAREFULLY, OWNER_ONLY)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path} is not a regular file")
        # made by an earlier version, perhaps, which let others read it
        if status.st_mode & 0o077 and _is_ours(status) and sys.platform != "win32":
            os.fchmod(descriptor, OWNER_ONLY)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_private(path: Path) -> bytes:
    """What a regular file of ours holds. Raises OSError for any other."""
    with open(os.open(path, os.O_RDONLY | _CAREFULLY), "rb") as file:  # noqa: PTH123
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or not _is_ours(status):
            raise OSError(f"{path} is not a regular file of this user")
        return file.read()


def write_private(path: Path, content: bytes) -> None:
    """Replace a file as a whole: it has the old content or the new, never a part."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    with open(open_private(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(content)
    fresh.replace(path)


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner may look into.

    One that exists is closed to others if it is hidden, as `.orderlab` is; another that the user
    has named may be shared on purpose.
    """
    folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    if folder.name.startswith("."):
        close_to_others(folder)


def close_to_others(folder: Path) -> None:
    """Take other users' rights from a folder of ours, as far as that can be done."""
    with contextlib.suppress(OSError):
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and _is_ours(status) and status.st_mode & 0o077:
            folder.chmod(OWNER_ONLY_FOLDER)


def may_be_planted(path: Path) -> bool:
    """Whether another user could have put this there for us to find: it is theirs, in a folder
    where everybody may write."""
    status, parent = path.lstat(), path.parent.stat()
    return not _is_ours(status) and bool(parent.st_mode & stat.S_IWOTH)


def is_ours(path: Path) -> bool:
    """Whether this user owns what stands there, links not followed."""
    return _is_ours(path.lstat())


def _is_ours(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()


@contextlib.contextmanager
def locked(path: Path, patience_seconds: float = 5.0) -> Iterator[None]:
    """Hold a lock file; one left behind by a crash is taken over after `patience_seconds`."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
            break
        except FileExistsError:
            if time.monotonic() > deadline:
                path.unlink(missing_ok=True)
            time.sleep(0.005)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
