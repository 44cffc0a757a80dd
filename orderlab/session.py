"""Start a chapter: a cloud, what the earlier chapters built, and what was built in this one."""

from __future__ import annotations

import atexit
import os
import time
from pathlib import Path
from typing import Any

from orderlab.aws_target.local import LocalTarget
from orderlab.aws_target.process import use_in_this_process
from orderlab.errors import LabError, LearnerError, interruptible
from orderlab.exercises.registry import CHAPTERS
from orderlab.exercises.waiting import sign_of_progress
from orderlab.journal import Journal
from orderlab.lab import Lab
from orderlab.orders import architecture
from orderlab.orders.parts.messaging import free_queue_names
from orderlab.progress import Progress, learner_folder

_current: Lab | None = None


# Waits of AWS (a visibility timeout, a retry) pass this many times as fast; code does not.
WAIT_SPEED = 10.0
# Failures that the opening names; the rest are counted.
_NAMED_FAILURES = 3


def start(
    chapter: int, *, fresh: bool = False, quiet: bool = False, speed: float = WAIT_SPEED
) -> Lab:
    """Open a chapter on the local cloud and return its Lab.

    Builds what the earlier chapters built, then does again what you had built in this one; one
    line says so. Running the cell twice gives the same Lab, on a new cloud if the old one is gone;
    after a kernel restart or a new day your work stands again. `fresh=True` starts the chapter
    clean (the old journal is kept). `speed` is how many times as fast AWS's waits pass: a
    visibility timeout of 60 s takes 6 s.
    """
    if chapter not in CHAPTERS:
        known = ", ".join(str(number) for number in CHAPTERS)
        raise LearnerError(f"There is no chapter {chapter!r}.", advice=f"There are: {known}.")
    lab = _current if _current is not None and _is_of(_current, chapter) else None
    with interruptible(f"The start of chapter {chapter:02d} was interrupted. Run the cell again."):
        if lab is not None and lab.alive and not fresh and lab.target.answers():
            _say(quiet, f"Chapter {chapter:02d} is open already: everything stands as you left it.")
            return lab
        return _open(chapter, lab, fresh=fresh, quiet=quiet, speed=speed)


def _open(chapter: int, lab: Lab | None, *, fresh: bool, quiet: bool, speed: float) -> Lab:
    """Open a chapter; `lab` is its Lab if this process had it open before."""
    global _current
    began = time.perf_counter()
    was_gone = lab is not None and lab.alive and not fresh
    address = lab.target.endpoint if was_gone and lab is not None else ""
    take_away = _nothing if quiet else sign_of_progress("Starting the local cloud ...")
    if _current is not None:
        _current.finish(quiet=True)
    lab = _reopened(lab, speed) if lab is not None else _new_lab(chapter, speed)
    try:
        notice = lab.journal.prepare()
        if fresh:
            lab.journal.clear()
        if chapter > 1:
            architecture.build(lab.target, chapter=chapter - 1, from_nothing=True)
        done, _ = _replay(lab)
        use_in_this_process(lab.target, lab.journal.listen)
    except BaseException:
        # nothing half open is left: the next call begins anew
        lab.finish(quiet=True)
        raise
    finally:
        take_away()
    first = "The local cloud had stopped; this is another one. " if was_gone else ""
    _say(quiet, first + _opening(lab, done, time.perf_counter() - began))
    for line in (notice, *_remarks(lab, address)):
        _say(quiet or not line, line)
    _current = lab
    return lab


def _nothing() -> None:
    """There is no sign to take away."""


def _new_lab(chapter: int, speed: float) -> Lab:
    progress = Progress(learner_folder())
    journal = Journal.of(progress.folder, chapter)
    try:
        target = LocalTarget.start(seed=chapter, speed=speed)
    except BaseException:
        journal.release()
        raise
    target.advice = (
        f"Run the first cell (`orderlab.start(chapter={chapter})`) again; your work is kept."
    )
    lab = Lab(chapter=chapter, target=target, progress=progress, journal=journal)
    atexit.register(lab.finish, quiet=True)
    return lab


def _is_of(lab: Lab, chapter: int) -> bool:
    """Whether a Lab is of that chapter, and of the learner's folder if another was named since."""
    named = os.environ.get("ORDERLAB_HOME")
    return lab.chapter == chapter and (not named or lab.progress.folder == Path(named))


def _reopened(lab: Lab, speed: float) -> Lab:
    """The same Lab on a new cloud, so that what a notebook has of it works on."""
    target = lab.target
    if not isinstance(target, LocalTarget):
        raise LabError("Only a lab on the local cloud can be opened again.")
    lab.journal.hold(lab.chapter)
    try:
        target.restart(speed=speed)
    except BaseException:
        lab.journal.release()
        raise
    lab.reopen()
    return lab


def _replay(lab: Lab) -> tuple[int, int]:
    """Do the journal again, with a sign of life where it takes long."""
    take_away: Any = None

    def follow(done: int, of: int) -> None:
        nonlocal take_away
        if take_away is None and time.perf_counter() - began > 1.0:
            take_away = sign_of_progress(f"Building again what you had built ({of} steps) ...")

    began = time.perf_counter()
    try:
        done = lab.journal.replay(lab.plain_client, lab.redo, follow)
        # the learner deleted them long ago: AWS would have given their names free by now
        free_queue_names(lab.target)
        return done
    finally:
        if take_away:
            take_away()


def _opening(lab: Lab, done: int, seconds: float) -> str:
    line = f"Chapter {lab.chapter:02d} on the local cloud"
    if lab.chapter > 1:
        earlier = "chapter 01" if lab.chapter == 2 else f"chapters 01 to {lab.chapter - 1:02d}"
        line += f", with what {earlier} built"
    if done:
        steps = "step stands" if done == 1 else f"{done} steps of last time stand"
        line += f"; your {steps} again"
    return f"{line}. Ready in {seconds:.1f} s."


def _remarks(lab: Lab, address: str) -> list[str]:
    """What did not go as the learner would expect, each in a sentence; `address` is where the cloud
    was that this one replaces, if it replaces one."""
    found = []
    if address and lab.target.endpoint != address:
        found.append(
            "Its address is new. Your clients know it; run the cells again in which you kept an "
            "address in a variable."
        )
    if address and lab.journal.renamed:
        found.append(
            f"AWS gave new ids to your {' and '.join(sorted(lab.journal.renamed))}: run the cells "
            "again in which you kept one in a variable."
        )
    failures = lab.journal.failures
    if failures:
        count = sum(failure.count for failure in failures)
        named = "; ".join(str(failure) for failure in failures[:_NAMED_FAILURES])
        more = "; all are in `lab.journal.failures`" if len(failures) > _NAMED_FAILURES else ""
        found.append(f"{count} could not be done again: {named}{more}.")
    if lab.journal.trouble:
        found.append(
            f"{lab.journal.path} cannot be read ({lab.journal.trouble}): what you built last time "
            "does not stand."
        )
    if lab.journal.unreadable:
        count = lab.journal.unreadable
        lines, were, them = ("line", "was", "it") if count == 1 else ("lines", "were", "them")
        found.append(
            f"{count} {lines} of {lab.journal.path} cannot be read and {were} left out: a crash or "
            f"a full disk cut {them}."
        )
    if lab.journal.holder is not None:
        found.append(
            f"Another notebook (process {lab.journal.holder}) has this chapter open: what you "
            "build here is yours alone, and does not stand again after a restart."
        )
    return found


def _say(quiet: bool, line: str) -> None:
    if not quiet:
        print(line)  # noqa: T201
