"""How wide text will be, about: whoever shows the picture has a font of their own."""

from __future__ import annotations

import re

NARROW = frozenset("ijlftr.,:;'|!()[]{}-/ I")
WIDE = frozenset("mwMW@%&")
# a little more than Helvetica needs, since system fonts are wider
NARROW_EM, PLAIN_EM, CAPITAL_EM, WIDE_EM = 0.38, 0.62, 0.74, 0.94
BOLD = 1.1


def text_width(text: str, size: float) -> float:
    """The width of text in pixels at a font size in pixels."""
    return size * sum(_em(character) for character in text)


def _em(character: str) -> float:
    if character in NARROW:
        return NARROW_EM
    if character in WIDE:
        return WIDE_EM
    return CAPITAL_EM if character.isupper() else PLAIN_EM


def wrap(name: str, size: float, width: float) -> tuple[str, ...]:
    """A name in at most two lines, broken after a hyphen, dot or underscore where it can be."""
    if text_width(name, size) <= width:
        return (name,)
    first, rest = "", name
    for part in re.findall(r"[^-_.]+[-_.]*|[-_.]+", name):
        if text_width(first + part, size) > width:
            break
        first += part
    first = first or _shorten(name, size, width).rstrip("…")
    rest = name[len(first) :]
    return (first, _shorten(rest, size, width))


def _shorten(text: str, size: float, width: float) -> str:
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"
