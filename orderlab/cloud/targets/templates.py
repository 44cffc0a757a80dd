"""Input templates: text in which `<name>` stands for a value of the event.

Outside of quotation marks a value appears as JSON, inside of them as text: without the quotation
marks of its own strings, and lists as `[a,b]`.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.targets.failures import TargetFailure
from orderlab.cloud.targets.json_paths import MISSING

# Gives a variable's value; MISSING where the event has none.
Values = Callable[[str], Any]
# Whether a name between angle brackets is a variable.
Names = Callable[[str], bool]
# characters of a filled template: no target takes more
MAX_FILLED = 6 * 1024 * 1024
_PLACE = re.compile(r'"|\\.|<([^<>"\s]{1,512})>', re.DOTALL)
_STRING_OR_SPACE = re.compile(r'"(?:[^"\\]|\\.)*"|[ \t\r\n]+', re.DOTALL)
encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class InvalidTemplate(ValueError):
    """A template that does not become JSON."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a template: a text as it stands, or a variable with whether it is in a string."""

    text: str
    variable: bool = False
    in_string: bool = False


class Template:
    """A template that is ready for use. Not all templates become JSON: `check` looks at that."""

    def __init__(self, text: str, is_variable: Names) -> None:
        self._pieces = tuple(_pieces(text, is_variable))

    @property
    def variables(self) -> list[str]:
        """The names of the variables, in their order."""
        return [piece.text for piece in self._pieces if piece.variable]

    def check(self) -> None:
        """InvalidTemplate unless it is JSON, or lines of JSON strings, whatever is filled in."""
        sample = "".join(
            piece.text if not piece.variable else "" if piece.in_string else "0"
            for piece in self._pieces
        )
        decoder, at = json.JSONDecoder(), 0
        found: list[Any] = []
        while at < len(sample):
            if sample[at] in " \t\r\n":
                at += 1
                continue
            try:
                value, at = decoder.raw_decode(sample, at)
            except (ValueError, RecursionError) as error:
                raise InvalidTemplate(str(error)) from None
            found.append(value)
        if not found or (len(found) > 1 and not all(isinstance(each, str) for each in found)):
            raise InvalidTemplate("it is neither JSON nor lines of strings")

    def fill(self, values: Values) -> str:
        """The template with its variables filled in; within quotes, values are escaped.

        Raises TargetFailure if that becomes longer than any target takes.
        """
        parts: list[str] = []
        known: dict[_Piece, str] = {}
        length = 0
        for piece in self._pieces:
            text = piece.text
            if piece.variable:
                if piece not in known:
                    known[piece] = _filled(values(piece.text), piece.in_string)
                text = known[piece]
            length += len(text)
            if length > MAX_FILLED:
                raise TargetFailure("INVALID_PARAMETER", "The input is too large.", retry=False)
            parts.append(text)
        return "".join(parts)


def minified(text: str) -> str:
    """A JSON object or array without the white space between its parts; other text as it is."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    return _STRING_OR_SPACE.sub(lambda match: match[0] if match[0][0] == '"' else "", text)


def _pieces(text: str, is_variable: Names) -> Iterator[_Piece]:
    at, in_string = 0, False
    for match in _PLACE.finditer(text):
        name = match[1]
        if name is None:
            if match[0] == '"':
                in_string = not in_string
            continue
        if not is_variable(name):
            continue
        yield _Piece(text[at : match.start()])
        yield _Piece(name, True, in_string)
        at = match.end()
    yield _Piece(text[at:])


def _filled(value: Any, in_string: bool) -> str:
    if not in_string:
        return '""' if value is MISSING else encode(value)
    if value is MISSING:
        return ""
    if isinstance(value, str):
        return encode(value)[1:-1]
    return encode(value).replace('\\"', "").replace('"', "")
