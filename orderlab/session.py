"""Start a chapter: a cloud, what the earlier chapters built, and what was built in this one."""

from __future__ import annotations

import atexit
import contextlib
import os
import time
from pathlib import Path
from typing import Any

from orderlab.errors import LearnerError
from orderlab.exercises.registry import CHAPTERS
from orderlab.journal import Journal
from orderlab.lab import Lab
from orderlab.orders import architecture
from orderlab.progress import Progress, learner_folder
from orderlab.target.local import LocalTarget

_current: Lab | None = None


# Waits of AWS (a visibility timeout, a retry) pass this many times as fast; code does not.
WAIT_SPEED = 10.0


def start(
    chapter: int, *, fresh: bool = False, quiet: bool = False, speed: float = WAIT_SPEED
) -> Lab:
    """Open a chapter on the local cloud and return its Lab.

    Builds what the earlier chapters built, then does again what you had built in this one; one
    line says so. Running the cell twice gives the same Lab; after a kernel restart or a new day
    your work stands again. `fresh=True` starts the chapter clean (the old journal is kept).
    `speed` is how many times as fast AWS's waits pass: a visibility timeout of 60 s takes 6 s.
    """
    global _current
    if chapter not in CHAPTERS:
        known = ", ".join(str(number) for number in CHAPTERS)
        raise LearnerError(f"There is no chapter {chapter!r}.", advice=f"There are: {known}.")
    if _current is not None and _current.chapter == chapter and not fresh and _current.alive:
        _say(quiet, f"Chapter {chapter:02d} is open already: everything stands as you left it.")
        return _current
    if _current is not None:
        _current.finish(quiet=True)
    began = time.perf_counter()
    progress = Progress(learner_folder())
    journal = Journal(_journal_path(progress.folder, chapter))
    if fresh:
        journal.clear()
    target = LocalTarget.start(seed=chapter, speed=speed)
    if chapter > 1:
        architecture.build(target, chapter=chapter - 1, from_nothing=True)
    lab = Lab(chapter=chapter, target=target, progress=progress, journal=journal)
    done, failed = journal.replay(lab.plain_client, lab.redo)
    use_in_this_process(lab)
    _say(quiet, _opening(lab, done, failed, time.perf_counter() - began))
    _current = lab
    atexit.register(lab.finish, quiet=True)
    return lab


def _opening(lab: Lab, done: int, failed: int, seconds: float) -> str:
    line = f"Chapter {lab.chapter:02d} on the local cloud"
    if lab.chapter > 1:
        earlier = "chapter 01" if lab.chapter == 2 else f"chapters 01 to {lab.chapter - 1:02d}"
        line += f", with what {earlier} built"
    if done:
        line += f"; your {done} steps of last time stand again"
    if failed:
        line += f" ({failed} could not be done again)"
    return f"{line}. Ready in {seconds:.1f} s."


def _say(quiet: bool, line: str) -> None:
    if not quiet:
        print(line)  # noqa: T201


def _journal_path(folder: Path, chapter: int) -> Path:
    """The chapter's journal; another one if a second notebook has the chapter open now."""
    own = folder / f"journal-{chapter:02d}.jsonl"
    lock = own.with_suffix(".pid")
    folder.mkdir(parents=True, exist_ok=True)
    holder = _holder(lock)
    if holder not in (None, os.getpid()):
        return folder / f"journal-{chapter:02d}-{os.getpid()}.jsonl"
    lock.write_text(_identity(os.getpid()))
    return own


def _holder(lock: Path) -> int | None:
    """The living process that has the journal, if any."""
    import psutil

    with contextlib.suppress(FileNotFoundError, ValueError, psutil.Error):
        held_by = lock.read_text()
        pid = int(held_by.partition(" ")[0])
        # a number is used again: the process that has it now may be another one
        if held_by == _identity(pid):
            return pid
    return None


def _identity(pid: int) -> str:
    """A process, told from a later one of the same number by its start."""
    import psutil

    return f"{pid} {psutil.Process(pid).create_time():.2f}"


def use_in_this_process(lab: Lab) -> None:
    """Point plain `boto3.client(...)` of this process at the lab's cloud, and into its journal.

    Also keeps a slip from reaching a real account: its keys are no longer in the environment.
    """
    import boto3
    import botocore.session

    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(lab.target.environment())
    session = botocore.session.Session()
    boto3.setup_default_session(botocore_session=session)
    default: Any = boto3.DEFAULT_SESSION
    make = default.client

    def client(service: str, *arguments: Any, **options: Any) -> Any:
        return lab.journal.attach(make(service, *arguments, **options))

    default.client = client
