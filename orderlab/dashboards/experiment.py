"""What an experiment has broken, and what it has done to the clock, as lines of the board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

_WORDS = {
    "error": "fails",
    "slow": "is slow",
    "throttle": "is throttled",
    "kill": "is killed before it answers",
    "poison": "fails on some input",
    "duplicate": "delivers messages twice",
    "delay": "delivers late",
    "reorder": "delivers in another order",
    "cut": "is cut off",
}
# what many faults would be is a list that nobody reads
MOST_LINES = 6
_SHOWN_DIFFERENCE_SECONDS = 1.0


def experiment_in_words(faults: Iterable[Mapping[str, Any]], clock: Mapping[str, Any]) -> list[str]:
    """One line for each kind of fault and what it strikes, with the time since when."""
    since: dict[tuple[str, str], float] = {}
    for fault in faults:
        key = (fault["target"], fault["kind"])
        since[key] = min(since.get(key, fault["since"]), fault["since"])
    lines = [
        f"{target.rpartition('/')[2]} {_WORDS[kind]} since {_time(begun)}"
        for (target, kind), begun in sorted(since.items(), key=lambda each: each[1])
    ]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1 :] = [f"{len(lines) - MOST_LINES + 1} more faults are on"]
    return [*_clock_in_words(clock), *lines]


def _clock_in_words(clock: Mapping[str, Any]) -> list[str]:
    ahead = clock["ahead_seconds"]
    if clock["stopped"]:
        return [f"The cloud's clock stands at {_time(clock['now'])}"]
    if ahead > _SHOWN_DIFFERENCE_SECONDS:
        return [f"The cloud's clock is {ahead:.0f} s ahead"]
    return []


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment).strftime("%H:%M:%S")
