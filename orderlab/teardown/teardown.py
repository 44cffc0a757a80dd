"""Teardown: find, show, ask, delete in order, look again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks
from orderlab.aws_target.marks import Marks
from orderlab.teardown.found import Client, Found, Kind, is_denied
from orderlab.teardown.kinds import KINDS

_BETWEEN_LOOKS = 2.0
_LOOKS = 4

Say = Callable[[str], None]


@dataclass
class Torn:
    """What a teardown found, and what is left of it; `refused` says why, by name.

    `looked` counts by kind what was there when it was looked again; `unseen` says of kinds why one
    could not look.
    """

    found: list[Found]
    left: list[Found] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    looked: dict[str, int] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)

    @property
    def proven(self) -> bool:
        """Whether nothing is left, and everything was looked at."""
        return not self.left and not self.unseen

    def __str__(self) -> str:
        if self.unseen:
            lines = [f"  {kind}: {why}" for kind, why in self.unseen.items()]
            return "\n".join(["Nobody could look for these:", *lines, self._told()])
        return self._told()

    def _told(self) -> str:
        if not self.left:
            counts = ", ".join(f"{kind}: {count}" for kind, count in self.looked.items())
            return f"{counts}\nLooked again: nothing is left."
        lines = [f"Looked again: {len(self.left)} left."]
        lines += [f"  {each}: {self.refused.get(str(each), 'still there')}" for each in self.left]
        return "\n".join(lines)


Unseen = dict[str, str] | None


def find(client: Client, marks: Marks, unseen: Unseen = None) -> list[Found]:
    """The learner's resources, in the order in which they can be deleted.

    With `unseen` a kind that one may not list is noted there. Raises ClientError without it.
    """
    return [each for kind in KINDS for each in _of_kind(kind, client, marks, unseen)]


def teardown(
    client: Client, marks: Marks, *, agree: Callable[[list[Found]], bool], say: Say
) -> Torn:
    """Delete what is the learner's once `agree` was shown it; what is left is in the answer.

    `client` gives clients that change no request. What somebody else has is not touched.
    """
    unseen = dict[str, str]()
    found = find(client, marks, unseen)
    if not found:
        say("Looked in every service: nothing is there.")
        return Torn(found, looked=_counts(found), unseen=unseen)
    if not agree(found):
        return Torn(found, list(found), looked=_counts(found), unseen=unseen)
    torn = Torn(found, unseen=unseen)
    began = time.monotonic()
    while True:
        for kind in KINDS:
            for each in _of_kind(kind, client, marks, unseen):
                _delete(kind, client, each, torn, say)
        torn.left = find(client, marks, unseen)
        torn.looked = _counts(torn.left)
        if not torn.left or time.monotonic() - began > _patience(torn.left):
            return torn
        say(f"{len(torn.left)} still there; looking again.")
        time.sleep(_BETWEEN_LOOKS)


def _counts(found: list[Found]) -> dict[str, int]:
    counted = Counter(each.kind for each in found)
    return {kind.name: counted[kind.name] for kind in KINDS}


def _patience(left: list[Found]) -> float:
    """How many seconds to wait for what is left, from the beginning."""
    kinds = {each.kind for each in left}
    return max(kind.patience for kind in KINDS if kind.name in kinds)


def everything(client: Client, marks: Marks) -> list[Found]:
    """All that stands in the account, whosever it is, but for others' roles and policies."""
    return [each for kind in KINDS for each in _all_of_kind(kind, client, marks)]


def _of_kind(kind: Kind, client: Client, marks: Marks, unseen: Unseen = None) -> list[Found]:
    return [each for each in _all_of_kind(kind, client, marks, unseen) if each.is_of(marks)]


def _all_of_kind(kind: Kind, client: Client, marks: Marks, unseen: Unseen = None) -> list[Found]:
    for _ in range(_LOOKS):
        try:
            return list(kind.find(client, marks))
        except ClientError as error:
            if lacks(error):
                return []  # a server without the service has none of its resources
            if unseen is not None and is_denied(error):
                unseen[kind.name] = str(error)
                return []
            if "NotFound" not in str(error):
                raise
            gone = error  # one of them went while they were listed
    raise gone


def _delete(kind: Kind, client: Client, found: Found, torn: Torn, say: Say) -> None:
    try:
        kind.delete(client, found)
        say(f"deleted {found}")
        torn.refused.pop(str(found), None)
    except ClientError as error:
        # it is in use, or gone already: the next look tells
        torn.refused[str(found)] = str(error)
