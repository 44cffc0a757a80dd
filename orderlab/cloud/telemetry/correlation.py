"""Which orders a payload is about, found without parsing it.

A correlation field may stand in JSON, in JSON that is a string inside JSON (however deep), in
DynamoDB's form `{"orderId": {"S": "..."}}`, in a message attribute, or percent-encoded in a form.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

# an opening of `{"S": "` or `{"DataType": "String", "StringValue": "` before the value
_WRAPPED = r"(?:\{(?:[^{}]{0,60},)?\s*\\*\"(?:S|N|StringValue|stringValue|Value)\\*\"\s*:\s*)?"
_VALUE = r"(?:\\*\"([^\"\\]{1,256})|(-?\d[\d.]{0,40}))"


class CorrelationFields:
    """Finds the values of some JSON fields in any payload."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self._names = tuple(field.encode() for field in fields)
        self._fields = fields
        names = "|".join(map(re.escape, fields))
        self._pattern = re.compile(rf"(?:{names})\\*\"\s*:\s*{_WRAPPED}{_VALUE}")
        self._form = re.compile(rf"(?:^|[&?])(?:{names})=([^&\s]{{1,256}})")

    def find(self, payload: bytes | str) -> tuple[str, ...]:
        """The distinct values, in the order of their appearance."""
        raw = payload.encode("utf-8", "replace") if isinstance(payload, str) else payload
        for name in self._names:
            if name in raw:
                break
        else:
            return ()
        text = raw.decode("utf-8", "replace")
        found: dict[str, None] = {}
        if "%22" in text:
            self._search(unquote_plus(text), found)
        self._search(text, found)
        if any([f"{name}=" in text for name in self._fields]):
            found.update((unquote_plus(match[1]), None) for match in self._form.finditer(text))
        return tuple(found)

    def _search(self, text: str, found: dict[str, None]) -> None:
        for match in self._pattern.finditer(text):
            # the whole name, not the end of a longer one
            if match.start() and text[match.start() - 1] == '"':
                found[match[1] or match[2]] = None
