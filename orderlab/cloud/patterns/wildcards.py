"""Patterns in which `*` stands for any text and `?` for one character, matched in linear time.

The text between two stars is looked for from left to right, and never again: the first place
where a piece occurs leaves the most text to the pieces after it, so no other place is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum


class Wild(Enum):
    """What a part of a pattern stands for, if not for itself."""

    MANY = "*"
    ONE = "?"


Part = str | Wild


def parts_of(pattern: str, *, question_mark: bool = True) -> list[Part]:
    """The parts of a pattern without any way to escape; `?` can be an ordinary character."""
    wild = {"*": Wild.MANY, "?": Wild.ONE} if question_mark else {"*": Wild.MANY}
    return [wild.get(character, character) for character in pattern]


class Wildcard:
    """A pattern that the whole of a text fits, or does not."""

    __slots__ = ("_first", "_ignore_case", "_last", "_middle", "_pieces", "_shortest")

    def __init__(self, parts: Iterable[Part], *, ignore_case: bool = False) -> None:
        self._ignore_case = ignore_case
        pieces = [_Piece(piece) for piece in _between_stars(parts, ignore_case)]
        self._shortest = sum(piece.length for piece in pieces)
        # nearly all patterns have no `?`: their pieces are texts
        plain = all(piece.plain is not None for piece in pieces)
        self._pieces = () if plain else tuple(pieces)
        texts = [piece.plain or "" for piece in pieces] if plain else [""]
        self._first = texts[0]
        self._middle = tuple(texts[1:-1])
        self._last = texts[-1] if len(texts) > 1 else None

    def matches(self, text: str) -> bool:
        """Whether the whole text fits."""
        if self._ignore_case:
            text = text.lower()
        if self._pieces:
            return self._fits_pieces(text)
        first, last = self._first, self._last
        if last is None:
            return text == first
        if not (text.startswith(first) and text.endswith(last) and len(text) >= self._shortest):
            return False
        at, end = len(first), len(text) - len(last)
        for piece in self._middle:
            at = text.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    def _fits_pieces(self, text: str) -> bool:
        first, *middle = self._pieces
        if not middle:
            return len(text) == first.length and first.fits(text, 0)
        last = middle.pop()
        at, end = first.length, len(text) - last.length
        if at > end or not (first.fits(text, 0) and last.fits(text, end)):
            return False
        for piece in middle:
            at = piece.end_in(text, at, end)
            if at < 0:
                return False
        return True


def captured(pieces: Sequence[str], text: str) -> list[str] | None:
    """What the stars between the pieces stand for in the first place where all of them occur.

    Each star takes as little as it can, but a star at the very end takes the rest of the text,
    without the line's end. None if the pieces do not occur in this order.
    """
    at = text.find(pieces[0])
    if at < 0:
        return None
    at += len(pieces[0])
    found = []
    for piece in pieces[1:-1]:
        place = text.find(piece, at)
        if place < 0:
            return None
        found.append(text[at:place])
        at = place + len(piece)
    if len(pieces) > 1:
        place = text.find(pieces[-1], at) if pieces[-1] else _end(text, at)
        if place < 0:
            return None
        found.append(text[at:place])
    return found


def _end(text: str, at: int) -> int:
    return max(at, len(text) - text.endswith("\n"))


def _between_stars(parts: Iterable[Part], ignore_case: bool) -> list[list[Part]]:
    pieces: list[list[Part]] = [[]]
    for part in parts:
        if part is Wild.MANY:
            pieces.append([])
        elif isinstance(part, str):
            pieces[-1].extend(part.lower() if ignore_case else part)
        else:
            pieces[-1].append(part)
    return pieces


class _Piece:
    """What stands between two stars: texts, and places where any character does."""

    __slots__ = ("_masks", "_open", "_texts", "length", "plain")

    def __init__(self, parts: Sequence[Part]) -> None:
        self.length = len(parts)
        self._texts = _texts(parts)
        # the piece as a text, if it is one
        self.plain = None if Wild.ONE in parts else "".join(text for _, text in self._texts)
        self._masks: dict[str, int] = {}
        # a bit for each place: set where any character fits
        self._open = sum(1 << i for i, part in enumerate(parts) if part is Wild.ONE)
        if len(self._texts) > 1:
            for offset, text in self._texts:
                for place, character in enumerate(text, offset):
                    self._masks[character] = self._masks.get(character, self._open) | 1 << place

    def fits(self, text: str, at: int) -> bool:
        return all(text.startswith(wanted, at + offset) for offset, wanted in self._texts)

    def end_in(self, text: str, start: int, end: int) -> int:
        """Where the first occurrence ends, or -1."""
        if not self._texts:
            return start + self.length if start + self.length <= end else -1
        if len(self._texts) > 1:
            return self._end_with_gaps(text, start, end)
        offset, wanted = self._texts[0]
        after = self.length - offset - len(wanted)
        place = text.find(wanted, start + offset, end - after)
        return place if place < 0 else place + len(wanted) + after

    def _end_with_gaps(self, text: str, start: int, end: int) -> int:
        """All beginnings at once: a bit is set while the piece fits up to that bit's place."""
        fitting, whole = 0, 1 << (self.length - 1)
        masks, otherwise = self._masks, self._open
        for at in range(start, end):
            fitting = (fitting << 1 | 1) & masks.get(text[at], otherwise)
            if fitting & whole:
                return at + 1
        return -1


def _texts(parts: Sequence[Part]) -> list[tuple[int, str]]:
    """The texts of a piece, each with its place in it."""
    found: list[tuple[int, str]] = []
    for at, part in enumerate(parts):
        if not isinstance(part, str):
            continue
        if found and found[-1][0] + len(found[-1][1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + part)
        else:
            found.append((at, part))
    return found
