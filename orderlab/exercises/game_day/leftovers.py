"""Changes of settings that have to be put back, kept in a file: a kernel may die in between."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.game_day.kinds import ALL
from orderlab.progress import Progress

_KEY = "game-day-changes"
_BY_NAME = {kind.name: kind for kind in ALL}


@dataclass(frozen=True)
class Change:
    """One change: at which cloud and place, of which kind, and what was there before."""

    endpoint: str
    place: str
    kind: str
    before: dict[str, Any]


def note(progress: Progress, change: Change) -> None:
    """Write a change down, right after it was made."""
    progress.note(_KEY, [asdict(each) for each in [*_kept(progress), change]])


def put_back(target: Target, progress: Progress) -> list[str]:
    """Undo every change of this cloud that is written down; returns their places.

    Changes of clouds that are gone are forgotten. What can't be put back, because the learner has
    removed it meanwhile, is left.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    done = []
    while kept := _kept(progress):
        change = kept[0]
        if change.endpoint == target.endpoint:
            try:
                _BY_NAME[change.kind].put_back(target, change.place, change.before)
                done.append(change.place)
            except (ClientError, BotoCoreError, KeyError):
                pass
        progress.note(_KEY, [asdict(each) for each in _kept(progress) if each != change])
    return done


def _kept(progress: Progress) -> list[Change]:
    return [Change(**each) for each in progress.notes().get(_KEY) or ()]
