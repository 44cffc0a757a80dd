"""What is kept along the way for the certificate: time in each chapter, and storms."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from orderlab.progress import Progress

if TYPE_CHECKING:
    from orderlab.storm.result import Storm

_TIMES, _STORMS, _GAME_DAYS = "minutes", "storms", "game-days"
# Enough for a course; the oldest make room.
_MOST_STORMS = 50


@dataclass(frozen=True)
class KeptStorm:
    """One storm: its chapter, seed and number of orders, and how many promises were kept."""

    chapter: int
    seed: int
    orders: int
    kept: int
    of: int


@dataclass(frozen=True)
class KeptGameDay:
    """One game day: its seed, and how many of its troubles were found."""

    seed: int
    found: int
    of: int


def note_time(progress: Progress, chapter: int, seconds: float) -> None:
    """Add the time for which a chapter was open."""
    known = minutes(progress)
    known[chapter] = round(known.get(chapter, 0.0) + max(0.0, seconds) / 60, 1)
    progress.note(_TIMES, {str(each): value for each, value in known.items()})


def minutes(progress: Progress) -> dict[int, float]:
    """For how many minutes each chapter was open, as far as it was finished with lab.finish()."""
    kept = progress.notes().get(_TIMES) or {}
    return {int(chapter): float(value) for chapter, value in kept.items()}


def note_storm(progress: Progress, chapter: int, storm: Storm) -> None:
    """Keep what a storm found; the same storm again takes the place of the earlier one."""
    kept, broken = len(storm.kept), len(storm.broken)
    new = KeptStorm(chapter, storm.plan.seed, storm.plan.orders, kept, broken)
    same = (new.chapter, new.seed, new.orders)
    others = [s for s in storms(progress) if (s.chapter, s.seed, s.orders) != same]
    progress.note(_STORMS, [asdict(each) for each in [*others, new][-_MOST_STORMS:]])


def storms(progress: Progress) -> list[KeptStorm]:
    """The storms that were let loose, the latest last."""
    return [KeptStorm(**each) for each in progress.notes().get(_STORMS) or ()]


def note_game_day(progress: Progress, seed: int, found: int, of: int) -> None:
    """Keep what came of a game day."""
    new = KeptGameDay(seed, found, of)
    kept = [*game_days(progress), new][-_MOST_STORMS:]
    progress.note(_GAME_DAYS, [asdict(each) for each in kept])


def game_days(progress: Progress) -> list[KeptGameDay]:
    """The game days that were held, the latest last."""
    return [KeptGameDay(**each) for each in progress.notes().get(_GAME_DAYS) or ()]
