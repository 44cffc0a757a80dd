"""Resources that were made and removed again: nothing between the two needs to be done.

That holds only where nothing else in the journal, up to the removal, names the resource: a role
that a function names, say, matters to that function even if the role is gone in the end.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.journal.file import Entry
from orderlab.journal.kinds import ITEM_CALLS, KINDS, Kind

# Names of what stands in a service before the journal is replayed, None if nobody knows; asked
# once for each service.
Standing = Callable[[str], set[str] | None]

_WORD = re.compile(r"[\w.\-]+")
_BY_DELETE = {(kind.service, kind.delete): kind for kind in KINDS}
# A role's life ends after those of the functions that name it.
_PASSES = 3


@dataclass(frozen=True)
class _Resource:
    kind: Kind
    region: str
    name: str


def cancel_lives(entries: list[Entry], standing: Standing | None = None) -> list[Entry]:
    """The entries without the lives of resources that were removed again."""
    known: dict[str, set[str] | None] = {}

    def stood(service: str) -> set[str] | None:
        if standing is not None and service not in known:
            known[service] = standing(service)
        return known.get(service)

    for _ in range(_PASSES):
        before = len(entries)
        entries = _Lives(entries, stood).cancelled()
        if len(entries) == before:
            break
    return entries


class _Lives:
    """One pass over the entries."""

    def __init__(self, entries: list[Entry], standing: Standing) -> None:
        self._entries = entries
        self._standing = standing
        self._steps = [index for index, entry in enumerate(entries) if "step" in entry]
        self._dropped: set[int] = set()
        self._replaced: dict[int, Entry] = {}

    def cancelled(self) -> list[Entry]:
        removed = self._removed()
        mentions = self._mentions({each.name for each in removed}) if removed else {}
        for resource, last in removed.items():
            own = [index for index in mentions[resource.name] if index <= last]
            if self._stands_alone(resource, own):
                self._cancel(resource, own)
        return [
            self._replaced.get(index, entry)
            for index, entry in enumerate(self._entries)
            if index not in self._dropped
        ]

    def _removed(self) -> dict[_Resource, int]:
        """What was removed at least once, with the place of its last removal."""
        found = {}
        for index, entry in enumerate(self._entries):
            kind = _BY_DELETE.get((entry.get("service", ""), entry.get("operation", "")))
            if kind and kind.removes(entry) and "harmless" not in entry:
                found[_Resource(kind, entry.get("region", ""), kind.named_by(entry))] = index
        return found

    def _mentions(self, names: set[str]) -> dict[str, list[int]]:
        """Where each name occurs as a word, or where its last word does."""
        words: dict[str, list[str]] = {}
        for name in names:
            words.setdefault((_WORD.findall(name) or [name])[-1], []).append(name)
        places: dict[str, list[int]] = {name: [] for name in names}
        for index, entry in enumerate(self._entries):
            for word in words.keys() & _words(entry):
                for name in words[word]:
                    places[name].append(index)
        return places

    def _stands_alone(self, resource: _Resource, own: list[int]) -> bool:
        """Whether the journal made it, and whatever names it is about it alone."""
        entries, kind = self._entries, resource.kind
        return (
            bool(own)
            and entries[own[0]].get("operation") == kind.create
            and all(kind.is_about(entries[index], resource.region, resource.name) for index in own)
        )

    def _cancel(self, resource: _Resource, own: list[int]) -> None:
        ended = -1
        for life in self._each_life(own, resource.kind):
            first, last = life[0], life[-1]
            if not self._steps_between(first, last):
                self._dropped.update(life)
                if resource.kind.idempotent and not self._was_new(resource, first, ended):
                    # nobody knows whether it stood before: it must be gone now, that is all
                    gone = {"harmless": list(resource.kind.gone), "count": 0}
                    self._replaced[last] = {**self._entries[last], **gone}
                    self._dropped.discard(last)
            ended = last

    def _each_life(self, own: list[int], kind: Kind) -> Iterator[list[int]]:
        """The places of each life: a creation, whatever is about it, the removal."""
        life: list[int] = []
        for index in own:
            if life or self._entries[index]["operation"] == kind.create:
                life.append(index)
                if self._entries[index]["operation"] == kind.delete:
                    yield life
                    life = []

    def _was_new(self, resource: _Resource, first: int, ended: int) -> bool:
        """Whether a creation that succeeds either way made the resource; `ended` is the place
        of its last removal before, or -1."""
        if self._steps_between(max(ended, 0), first):
            return False
        if ended >= 0:
            return True
        if resource.region:
            return False
        stood = self._standing(resource.kind.service)
        return stood is not None and resource.name not in stood

    def _steps_between(self, first: int, last: int) -> bool:
        return bisect_left(self._steps, first) < bisect_left(self._steps, last)


def _words(entry: Entry) -> set[str]:
    if "step" in entry:
        return set()
    parameters = entry["parameters"]
    # what stands in an item is data: it needs nothing of that name
    if entry["operation"] == "BatchWriteItem":
        return set(_WORD.findall(" ".join(map(str, parameters.get("RequestItems", ())))))
    if entry["operation"] in ITEM_CALLS:
        return set(_WORD.findall(str(parameters.get("TableName", ""))))
    texts: list[str] = []
    _texts(parameters, texts)
    _texts(entry["answer"], texts)
    return set(_WORD.findall(" ".join(texts)))


def _texts(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            found.append(str(key))
            _texts(each, found)
    elif isinstance(value, list | tuple):
        for each in value:
            _texts(each, found)
