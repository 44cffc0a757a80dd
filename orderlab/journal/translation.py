"""What AWS called something then, and what it calls it now.

Wherever a new answer holds another string than the old one at the same place, later parameters are
translated. Learning and translating take time in the length of a text, not in how much was learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# By one of these the entries of two lists are told to be the same thing.
_NAMES = ("name", "path", "pathPart", "Endpoint", "FunctionArn", "TableName", "StreamLabel")
# Shorter strings are words rather than ids.
_SHORTEST = 6
# They differ because time has passed, or because the learner's data does; they name nothing.
_NO_IDS = {"LastModified", "Attributes", "ItemCollectionMetrics", "UnprocessedItems"}
_STATES = ("Status", "State", "Reason", "ReasonCode")


class Translation:
    """Old strings and their new ones."""

    def __init__(self) -> None:
        self._new: dict[str, str] = {}
        # the first letters of what was learned, with the lengths that occur, the longest first
        self._lengths: dict[str, list[int]] = {}

    def learn(self, old: Any, new: Any) -> None:
        """Note every string that came out differently at the same place of two answers.

        One that came out as it was is itself again: clouds of the same seed give the same ids, and
        what a session called by this one, the next may have called by another.
        """
        if isinstance(old, dict) and isinstance(new, dict):
            for key in old.keys() & new.keys():
                if key not in _NO_IDS and not key.endswith(_STATES):
                    self.learn(old[key], new[key])
        elif isinstance(old, list) and isinstance(new, list):
            for before, after in _pairs(old, new):
                self.learn(before, after)
        elif isinstance(old, str) and isinstance(new, str):
            if old != new:
                self._note(old, new)
            else:
                self._new.pop(old, None)

    def _note(self, old: str, new: str) -> None:
        if len(old) < _SHORTEST:
            return
        self._new[old] = new
        lengths = self._lengths.setdefault(old[:_SHORTEST], [])
        if len(old) not in lengths:
            lengths.append(len(old))
            lengths.sort(reverse=True)

    def __call__(self, value: Any) -> Any:
        """The same value with every old string in it replaced."""
        if not self._new:
            return value
        if isinstance(value, dict):
            return {key: self(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        whole = self._new.get(text)
        if whole is not None:
            return whole
        parts, begin, at = [], 0, 0
        while at <= len(text) - _SHORTEST:
            old = self._at(text, at)
            if old:
                parts += [text[begin:at], self._new[old]]
                begin = at = at + len(old)
            else:
                at += 1
        return "".join([*parts, text[begin:]]) if parts else text

    def _at(self, text: str, at: int) -> str:
        """The longest old string that stands there as a word of its own."""
        lengths = self._lengths.get(text[at : at + _SHORTEST])
        if not lengths or (at and text[at - 1].isalnum()):
            return ""
        for length in lengths:
            old, end = text[at : at + length], at + length
            if old in self._new and not text[end : end + 1].isalnum():
                return old
        return ""


def _pairs(old: list[Any], new: list[Any]) -> Iterator[tuple[Any, Any]]:
    """The entries of two lists that stand for the same thing: by name, else by place."""
    if not all(isinstance(each, dict) for each in [*old, *new]):
        yield from zip(old, new, strict=False)
        return
    for name in _NAMES:
        if old and all(name in each for each in [*old, *new]):
            found = {str(each[name]): each for each in new}
            yield from ((each, found[str(each[name])]) for each in old if str(each[name]) in found)
            return
    yield from zip(old, new, strict=False)
