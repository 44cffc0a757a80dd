"""What `lab.game_day()` returns: clues, findings, and the result."""

from __future__ import annotations

import atexit
import contextlib
import math
import secrets
import threading
import time
from typing import Any

from orderlab.aws_target.base import FAULTS, RECORDER, Target, need
from orderlab.errors import LabError, LearnerError, interruptible
from orderlab.exercises.certificate.kept import note_game_day
from orderlab.exercises.engine import card
from orderlab.exercises.game_day import leftovers
from orderlab.exercises.game_day.customers import Customers, address
from orderlab.exercises.game_day.kinds import ALL, as_json
from orderlab.exercises.game_day.plan import chosen, plain
from orderlab.faults import Fault
from orderlab.practice.backlog import pace
from orderlab.progress import Progress
from orderlab.showing.html_text import html_text
from orderlab.showing.table import Table

_LONGEST_TEXT = 300
# Who names everything has found nothing.
_MOST_KINDS = 2
_current: GameDay | None = None


class Said:
    """What a game day answers to a finding: `found` or not, and a sentence."""

    def __init__(self, found: bool, text: str) -> None:
        self.found, self.text = found, text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        shown = card.card("right" if self.found else "note", "", html_text(self.text), [])
        return {"text/plain": repr(self), "text/html": shown}


class GameDay:
    """Four troubles that are on, and orders that flow. `.clues()` says what customers report,
    `.say(component, what)` records a finding, `.result()` what was found, `.end()` mends all.

    It ends by itself after its minutes, and with the kernel.
    """

    def __init__(self, target: Target, progress: Progress, seed: int, minutes: float) -> None:
        self.seed, self.minutes, self.troubles = seed, minutes, chosen(seed)
        self._target, self._progress = target, progress
        self._faults: list[Fault] = []
        self._found: dict[int, float] = {}
        self._lock = threading.RLock()
        self.ended = False
        self.tries = 0
        self._customers = Customers(address(target), minutes * 60, self._time_is_up)
        self._began = time.monotonic()

    def _start(self) -> None:
        lasts = self.minutes * 60 * pace(self._target)
        for trouble in self.troubles:
            made = trouble.kind.strike(self._target, trouble.place, lasts)
            if isinstance(made, Fault):
                self._faults.append(made)
            else:
                kept = as_json(made)
                change = leftovers.Change(
                    self._target.endpoint, trouble.place, trouble.kind.name, kept
                )
                leftovers.note(self._progress, change)
        self._began = time.monotonic()
        self._customers.start()
        atexit.register(self._end_quietly)

    # --- what a learner asks --------------------------------------------------------------

    def clues(self) -> Table:
        """What customers report. They know nothing of functions and queues."""
        return Table(
            [{"reported": trouble.clue} for trouble in self.troubles],
            caption=f"Game day, seed {self.seed}: {len(self.troubles)} things are wrong",
        )

    def say(self, component: str, what: str) -> Said:
        """Record a finding, in plain words: `.say("shipping", "its function fails")`."""
        self._demand_running()
        self.tries += 1
        if max(len(str(component)), len(str(what))) > _LONGEST_TEXT:
            return Said(False, "That is too long: name one component, and what is wrong with it.")
        cause = plain(str(what))
        if sum(kind.is_named_in(cause) for kind in _one_of_each()) > _MOST_KINDS:
            return Said(False, "That names several causes. Say the one that you have found.")
        here = [n for n, each in enumerate(self.troubles) if each.is_at(str(component))]
        for number in here:
            if self.troubles[number].kind.is_named_in(cause):
                return self._record(number)
        if [number for number in here if number not in self._found]:
            return Said(False, f"Something is wrong at {component}, but not that. Look again.")
        return Said(False, f"{component}: {what}. No trouble of this day is that.")

    def result(self) -> Table:
        """What was found, after how long, and how it shows. What was not found is told after the
        end."""
        rows = [
            {
                "trouble": trouble.in_words,
                "found": self._when(number),
                "how it shows": trouble.shows,
            }
            for number, trouble in enumerate(self.troubles)
            if self.ended or number in self._found
        ]
        return Table(rows, ["trouble", "found", "how it shows"], caption=self._headline())

    def end(self) -> Table:
        """Stop the orders, mend everything, and tell all: a second call does nothing more."""
        with interruptible("The end was interrupted. Run `.end()` again: it mends what is left."):
            self._customers.stop()
            self._mend()
        return self.result()

    @property
    def found(self) -> int:
        """How many troubles were found so far."""
        return len(self._found)

    # --- inside ---------------------------------------------------------------------------

    def _record(self, number: int) -> Said:
        trouble = self.troubles[number]
        if number in self._found:
            return Said(True, f"You have found that already: {trouble.in_words}.")
        self._found[number] = time.monotonic() - self._began
        left = len(self.troubles) - len(self._found)
        more = f"{left} to find." if left else "That was the last one: `.end()` mends them."
        return Said(True, f"Found after {self._when(number)}: {trouble.in_words}. {more}")

    def _when(self, number: int) -> str:
        if number not in self._found:
            return "not found"
        seconds = self._found[number]
        return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"

    def _headline(self) -> str:
        of = len(self.troubles)
        said = f"Game day, seed {self.seed}: {self.found} of {of} found"
        return f"{said}; all is mended" if self.ended else said

    def _demand_running(self) -> None:
        if self.ended:
            raise LearnerError(
                "This game day is over.", advice="`lab.game_day()` begins another one."
            )

    def _time_is_up(self) -> None:
        """In the thread of the customers: the minutes are over, or the cloud is."""
        self._end_quietly()

    def _end_quietly(self) -> None:
        # the cloud may be gone, and what was broken in it with it
        with contextlib.suppress(Exception):
            self._mend()

    def _mend(self) -> None:
        with self._lock:
            if self.ended:
                return
            while self._faults:
                # a cloud that is gone has taken its faults with it
                with contextlib.suppress(LabError, LearnerError):
                    self._faults[-1].mend()
                self._faults.pop()
            leftovers.put_back(self._target, self._progress)
            self.ended = True
        self._customers.stop()
        atexit.unregister(self._end_quietly)
        note_game_day(self._progress, self.seed, self.found, len(self.troubles))

    def __repr__(self) -> str:
        return (
            f"Game day, seed {self.seed}: {len(self.troubles)} things are wrong, and orders flow. "
            "`.clues()` says what customers report, `.say(component, what)` records what you "
            f"found, `.end()` mends all. It ends by itself after {self.minutes:g} min."
        )


def _one_of_each() -> list[Any]:
    """The kinds, those that are called the same once."""
    return list({kind.words: kind for kind in ALL}.values())


def game_day(
    target: Target, progress: Progress, seed: int | None = None, minutes: float = 20
) -> GameDay:
    """Begin a game day; one that runs already is ended first.

    Raises LearnerError where faults can't be switched on, before the system is deployed, and for
    minutes that can't be.
    """
    global _current
    _demand(minutes, seed)
    need(target, FAULTS, RECORDER)
    if _current is not None:
        _current._customers.stop()
        _current._end_quietly()
    leftovers.put_back(target, progress)
    day = GameDay(target, progress, secrets.randbelow(1000) if seed is None else seed, minutes)
    _demand_system(target)
    with interruptible("The game day was not begun, and nothing is broken. Run the cell again."):
        try:
            day._start()
        except BaseException:
            day._end_quietly()
            raise
    _current = day
    return day


def _demand(minutes: Any, seed: Any) -> None:
    number = isinstance(minutes, int | float) and not isinstance(minutes, bool)
    if not number or not math.isfinite(minutes) or not 0 < minutes <= 120:
        raise LearnerError(f"minutes is a number up to 120, not {minutes!r}.")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise LearnerError(f"seed is a whole number, not {seed!r}.")


def _demand_system(target: Target) -> None:
    """The parts that troubles are made at must be there."""
    from orderlab.storm.parts import read_parts

    parts = read_parts(target)
    there = {*parts.functions, *parts.queues, parts.order_table, *parts.service_tables}
    wanted = {"process-order", "publish-order-events", "orders-inbox", "orders"}
    wanted |= {"inventory", "invoicing", "shipping"}
    if missing := sorted(wanted - there):
        raise LearnerError(
            f"A game day needs the system of chapter 04; there is no {', '.join(missing)}.",
            advice="`lab.build(chapter=4)` builds it.",
        )
