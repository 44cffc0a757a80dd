"""URL encoding, as `$util.urlEncode` does it, and its way back on the other side of the gateway.

In the storage-first form a template encodes a body that is decoded a moment later, inside the same
process. What was encoded last is remembered, so that the way back is a look-up.
"""

from __future__ import annotations

from urllib.parse import quote_plus, unquote_plus

MAX_REMEMBERED = 64
_MAX_LENGTH = 300_000

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-*")
# what escapes contain comes first, so that no escape is escaped again
_UNSAFE = sorted(set(map(chr, range(128))) - _SAFE, key=lambda each: ("%+" + each).index(each))
_ESCAPES = [(each, "+" if each == " " else f"%{ord(each):02X}") for each in _UNSAFE]
_recent: dict[str, str] = {}


def encode(text: str) -> str:
    """A text as a form holds it: blanks as `+`, all but letters, digits and `_.-*` escaped."""
    if text.isascii():
        encoded = _escaped(text)
    else:
        encoded = quote_plus(text, safe="*", errors="replace").replace("~", "%7E")
    if 32 < len(encoded) < _MAX_LENGTH and text.isprintable():
        if len(_recent) >= MAX_REMEMBERED:
            del _recent[next(iter(_recent))]
        _recent[encoded] = text
    return encoded


def _escaped(text: str) -> str:
    """One pass for each character that must be escaped: of those, JSON has about ten.

    To look for each of the rest takes less time than to list which characters there are.
    """
    for character, escape in _ESCAPES:
        if character in text:
            text = text.replace(character, escape)
    return text


def decode(text: str) -> str:
    """What a value of a form stands for."""
    if "%" not in text and "+" not in text:
        return text
    remembered = _recent.pop(text, None)
    return unquote_plus(text) if remembered is None else remembered


def form_fields(form: str) -> dict[str, str]:
    """The fields of a form; the last of several values counts."""
    fields = {}
    for part in form.split("&"):
        name, _, value = part.partition("=")
        if name:
            fields[decode(name)] = decode(value)
    return fields
