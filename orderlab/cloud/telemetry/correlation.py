"""Which orders a payload is about, found without parsing it.

A correlation field may stand in JSON, in JSON that is a string inside JSON (however deep), in
DynamoDB's form `{"orderId": {"S": "..."}}`, in a message attribute, or percent-encoded in a form.

Only what follows the name of a field is looked at, and only so many names: the time is that of one
search through the payload, whatever it is.
"""

from __future__ import annotations

import re

from orderlab.cloud.protocols.forms import unescaped

# names in one payload that are looked at, and bytes behind each
MAX_PLACES = 200
_WINDOW = 3072
# an opening of `{"S": "` or `{"DataType": "String", "StringValue": "` before the value
_WRAPPED = r"(?:\{(?:[^{}]{0,60},)?\s{0,60}\\*\"(?:S|N|StringValue|stringValue|Value)\\*\"\s*:\s*)?"
_VALUE = r"(?:\\*\"([^\"\\]{1,256})|(-?\d[\d.]{0,40}))"
_FIELD = re.compile(rf"\\*\"\s*:\s*{_WRAPPED}{_VALUE}")
_FORM = re.compile(rb"=([^&\s]{1,256})")


class CorrelationFields:
    """Finds the values of some JSON fields in any payload."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self._names = tuple(field.encode() for field in fields)

    def find(self, payload: bytes | str) -> tuple[str, ...]:
        """The distinct values, in the order of their appearance."""
        raw = payload.encode("utf-8", "replace") if isinstance(payload, str) else payload
        for name in self._names:
            if name in raw:
                break
        else:
            return ()
        found: dict[str, None] = {}
        for start, end in self._places(raw):
            value = _value(raw, start, end)
            if value is not None:
                found[value] = None
        return tuple(found)

    def _places(self, raw: bytes) -> list[tuple[int, int]]:
        """Where the names begin and end, from the first to the last."""
        places = []
        for name in self._names:
            end, most = 0, MAX_PLACES
            while most and (start := raw.find(name, end)) >= 0:
                end = start + len(name)
                most -= 1
                places.append((start, end))
        if len(places) > 1:
            places.sort()
        return places[:MAX_PLACES]


def _value(raw: bytes, start: int, end: int) -> str | None:
    """The value of the field whose name stands there; None if it is not the name of a field."""
    before = raw[start - 1 : start]
    if before == b'"':
        return _in_json(raw[end : end + _WINDOW].decode("utf-8", "replace"))
    if before == b"2" and raw[start - 3 : start] == b"%22":
        return _in_json(_unescaped(raw[end : end + _WINDOW].decode("utf-8", "replace")))
    if start == 0 or before in (b"&", b"?"):
        match = _FORM.match(raw, end)
        return unescaped(match[1].decode("utf-8", "replace")) if match else None
    return None


def _unescaped(window: str) -> str:
    # The window may end within an escape.
    cut = window.rfind("%", -2)
    return unescaped(window if cut < 0 else window[:cut])


def _in_json(text: str) -> str | None:
    match = _FIELD.match(text)
    return None if match is None else match[1] or match[2]
