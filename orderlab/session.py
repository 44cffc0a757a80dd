"""Start a chapter: a cloud, what the earlier chapters built, and what was built in this one."""

from __future__ import annotations

import atexit
import contextlib
import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from orderlab.aws_target.base import KEEPS
from orderlab.aws_target.choose import LOCAL, chosen, open_target
from orderlab.aws_target.costly import demand_known
from orderlab.aws_target.in_account import InAccount
from orderlab.aws_target.process import use_in_this_process
from orderlab.consent import agree_to, costly_lines, costly_prices
from orderlab.errors import LearnerError, interruptible
from orderlab.exercises.registry import CHAPTERS
from orderlab.exercises.waiting import sign_of_progress
from orderlab.journal import Journal
from orderlab.lab import Lab
from orderlab.orders import architecture
from orderlab.orders.parts.messaging import free_queue_names
from orderlab.progress import Progress, learner_folder
from orderlab.resumed import kept_folder, resume
from orderlab.showing.sign_of_life import sign_of_life

_current: Lab | None = None
_where = LOCAL


# Waits of AWS (a visibility timeout, a retry) pass this many times as fast; code does not.
WAIT_SPEED = 10.0
# Failures that the opening names; the rest are counted.
_NAMED_FAILURES = 3


def start(
    chapter: int,
    *,
    target: str | None = None,
    fresh: bool = False,
    quiet: bool = False,
    speed: float = WAIT_SPEED,
    allow: Collection[str] = (),
) -> Lab:
    """Open a chapter on the local cloud, or on another target, and return its Lab.

    Builds what the earlier chapters built, then does again what you had built in this one; one
    line says so. Running the cell twice gives the same Lab, on a new cloud if the old one is gone;
    after a kernel restart or a new day your work stands again. `fresh=True` starts the chapter
    clean (the old journal is kept). `speed` is how many times as fast AWS's waits pass: a
    visibility timeout of 60 s takes 6 s.

    `target="http://127.0.0.1:PORT"`, or ORDERLAB_TARGET, names an AWS-compatible server that runs;
    what you build stands there until that server ends. `aws` is an account of your own: what is
    made there costs money, and is asked about first. `allow=("dax",)` asks for what costs by the
    hour there, used or not: `dax`, `provisioned-capacity`, `provisioned-concurrency`. `local` is
    the local cloud.
    """
    if chapter not in CHAPTERS:
        known = ", ".join(str(number) for number in CHAPTERS)
        raise LearnerError(f"There is no chapter {chapter!r}.", advice=f"There are: {known}.")
    allow = (allow,) if isinstance(allow, str) else tuple(allow)
    demand_known(allow)
    where = chosen(target)
    lab = _current if _current is not None and _is_of(_current, chapter, where) else None
    with interruptible(f"The start of chapter {chapter:02d} was interrupted. Run the cell again."):
        if lab is not None:
            _allow(lab, allow)
        if lab is not None and lab.alive and not fresh and lab.target.answers():
            _say(quiet, f"Chapter {chapter:02d} is open already: everything stands as you left it.")
            return lab
        return _open(chapter, where, lab, fresh=fresh, quiet=quiet, speed=speed, allow=allow)


def _allow(lab: Lab, allow: Collection[str]) -> None:
    """Ask an account that is open for more of what costs by the hour; the price is said first."""
    account = lab.target.in_account
    if account is not None and set(allow) - account.allowed:
        for line in costly_lines({*allow, *account.allowed}):
            print(line)  # noqa: T201 also when quiet: it costs money
        account.allow(allow)


def _open(
    chapter: int,
    where: str,
    lab: Lab | None,
    *,
    fresh: bool,
    quiet: bool,
    speed: float,
    allow: Collection[str],
) -> Lab:
    """Open a chapter; `lab` is its Lab if this process had it open before."""
    global _current, _where
    began = time.perf_counter()
    was_gone = lab is not None and lab.alive and not fresh
    address = lab.target.endpoint if was_gone and lab is not None else ""
    take_away = _nothing if quiet else sign_of_progress(_beginning(where))
    if _current is not None:
        _current.finish(quiet=True)
    lab = _reopened(lab, speed) if lab is not None else _new_lab(chapter, where, speed, allow)
    try:
        notice = lab.journal.prepare()
        if fresh:
            lab.journal.clear()
        done, stood = _bring_to(lab, where, fresh)
        use_in_this_process(lab.target, lab.journal.listen)
    except BaseException:
        # nothing half open is left: the next call begins anew
        lab.finish(quiet=True)
        raise
    finally:
        take_away()
    first = "The local cloud had stopped; this is another one. " if was_gone else ""
    _say(quiet, first + _opening(lab, done, stood, time.perf_counter() - began))
    for line in (notice, *_remarks(lab, address)):
        _say(quiet or not line, line)
    _current, _where = lab, where
    return lab


def _bring_to(lab: Lab, where: str, fresh: bool) -> tuple[int, bool]:
    """Bring the target to where the learner left the chapter, or to where it begins: how many
    steps of the learner's were done again, and whether they were found standing."""
    if KEEPS in lab.target.can:
        folder = kept_folder(lab.progress.folder, where)
        with _told(lab.target.in_account):
            return 0, resume(lab.target, folder, lab.chapter, fresh=fresh)
    if lab.chapter > 1:
        architecture.build(lab.target, chapter=lab.chapter - 1, from_nothing=True)
    return _replay(lab)[0], False


@contextlib.contextmanager
def _told(account: InAccount | None) -> Iterator[None]:
    """Show what is made in an account while it is made: that takes minutes."""
    if account is None:
        yield
        return
    begun = f"Building in {account.place} ..."
    with sign_of_life(begun) as show, account.followed(lambda line: show(f"{begun} {line}")):
        yield


def _beginning(where: str) -> str:
    return "Starting the local cloud ..." if where == LOCAL else f"Looking at {where} ..."


def _nothing() -> None:
    """There is no sign to take away."""


def _new_lab(chapter: int, where: str, speed: float, allow: Collection[str]) -> Lab:
    progress = Progress(learner_folder())
    local = where == LOCAL
    folder = progress.folder if local else kept_folder(progress.folder, where)
    journal = Journal.of(folder, chapter)
    again = f"Run the first cell (`orderlab.start(chapter={chapter})`) again; your work is kept."
    try:
        target = open_target(
            where,
            chapter=chapter,
            advice=again,
            agree=lambda account: agree_to(account, chapter),
            allow=allow,
            prices=costly_prices,
            speed=speed,
        )
    except BaseException:
        journal.release()
        raise
    lab = Lab(chapter=chapter, target=target, progress=progress, journal=journal)
    atexit.register(lab.finish, quiet=True)
    return lab


def _is_of(lab: Lab, chapter: int, where: str) -> bool:
    """Whether a Lab is of that chapter and target, and of the learner's folder if another was
    named since."""
    named = os.environ.get("ORDERLAB_HOME")
    same = lab.chapter == chapter and where == _where
    return same and (not named or lab.progress.folder == Path(named))


def _reopened(lab: Lab, speed: float) -> Lab:
    """The same Lab on a new cloud, so that what a notebook has of it works on."""
    lab.journal.hold(lab.chapter)
    try:
        lab.target.restart(speed=speed)
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


def _opening(lab: Lab, done: int, stood: bool, seconds: float) -> str:
    line = f"Chapter {lab.chapter:02d} on {lab.target.place}"
    if stood:
        return f"{line}, as you left it there. Ready in {seconds:.1f} s."
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
